import { crc32, deflateRawSync } from 'node:zlib'
import type { Account } from '../model/account.ts'
import type { VersionRecord } from '../model/records.ts'
import type { ObjectStore } from './s3/object-store.ts'

/** Stores a real source bundle for every version the account was handed over with. */
export async function storeSeedBundles(account: Account, objects: ObjectStore): Promise<void> {
  objects.createBucket(`elasticbeanstalk-${account.region}-${account.accountId}`)
  for (const version of account.versions.values()) {
    const { bucket, key } = version.sourceBundle
    if (objects.find(bucket, key) !== undefined) continue
    await objects.putBytes(bucket, key, zip(filesOf(version)), version.created)
  }
}

function filesOf(version: VersionRecord): Readonly<Record<string, string>> {
  const { applicationName, label } = version
  return {
    'package.json': `${JSON.stringify({ name: applicationName, version: label, scripts: { start: 'node server.js' } }, null, 2)}\n`,
    'server.js': `import { createServer } from 'node:http'\n\ncreateServer((request, response) => {\n  response.setHeader('x-app-version', '${label}')\n  response.end('<h1>${applicationName}</h1><p>version ${label}</p>')\n}).listen(process.env.PORT ?? 8080)\n`,
    '.ebextensions/options.config':
      'option_settings:\n  aws:elasticbeanstalk:environment:proxy:\n    ProxyServer: nginx\n',
    ...(version.databases.length === 0 ? {} : { '.ebextensions/database.config': resourcesOf(version) }),
  }
}

function resourcesOf({ databases }: VersionRecord): string {
  const resources = databases.map(
    ({ logicalId, engine, deletionPolicy }) =>
      `  ${logicalId}:\n    Type: AWS::RDS::DBInstance\n    DeletionPolicy: ${deletionPolicy}\n    Properties:\n      Engine: ${engine}\n      DBInstanceClass: db.t3.micro\n      AllocatedStorage: '20'\n`,
  )
  return `Resources:\n${resources.join('')}`
}

/** A ZIP archive of small text files. */
export function zip(files: Readonly<Record<string, string>>): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text)
    const packed = deflateRawSync(content)
    const path = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    // Names are UTF-8, contents deflated; the date is 1 January 2026.
    common.writeUInt16LE(0x0800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt16LE(0, 6)
    common.writeUInt16LE(((2026 - 1980) << 9) | (1 << 5) | 1, 8)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(path.length, 22)
    const local = Buffer.concat([signature(0x04034b50), common, path, packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([signature(0x02014b50), Buffer.from([20, 3]), common, rest, path]))
    bodies.push(local)
    offset += local.length
  }
  const listing = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(directory.length, 4)
  end.writeUInt16LE(directory.length, 6)
  end.writeUInt32LE(listing.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...bodies, listing, signature(0x06054b50), end])
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}
