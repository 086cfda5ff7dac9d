import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { credentialsOf } from '../../electron/account/credentials.ts'
import { listProfiles, parseSections } from '../../electron/account/profiles.ts'
import { ELASTIC_BEANSTALK_REGIONS } from '../../electron/account/regions.ts'
import { calls } from '../../electron/contract/contract.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-account-'))
})
afterAll(() => rm(folder, { recursive: true }))

const environmentBefore = { ...process.env }
afterEach(() => {
  process.env = { ...environmentBefore }
})

async function files(config: string, credentials: string): Promise<NodeJS.ProcessEnv> {
  const paths = { AWS_CONFIG_FILE: join(folder, 'config'), AWS_SHARED_CREDENTIALS_FILE: join(folder, 'credentials') }
  await writeFile(paths.AWS_CONFIG_FILE, config)
  await writeFile(paths.AWS_SHARED_CREDENTIALS_FILE, credentials)
  return paths
}

describe('profiles of the shared AWS files', () => {
  it('lists each with its region and its kind, the default first', async () => {
    const environment = await files(
      `# the office\n[default]\nregion = eu-central-1\noutput=json\n\n[profile sso]\nsso_session = corp\nregion=us-east-1 ; near\n[sso-session corp]\nsso_region = us-east-1\n` +
        `[profile role]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = default\n[profile mfa]\nrole_arn = arn:aws:iam::1:role/x\nmfa_serial = arn:aws:iam::1:mfa/me\n` +
        `[profile old sso]\nsso_start_url = https://x\n[profile tool]\ncredential_process = /bin/tool\n[profile empty]\n[services s]\n`,
      `[default]\naws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = secret\n[temporary]\naws_access_key_id=ASIA\naws_secret_access_key=s\naws_session_token=t\n`,
    )
    expect(await listProfiles(environment)).toEqual([
      { name: 'default', region: 'eu-central-1', kind: 'Access keys' },
      { name: 'empty', region: null, kind: 'No credentials' },
      { name: 'mfa', region: null, kind: 'Role with MFA' },
      { name: 'old sso', region: null, kind: 'SSO' },
      { name: 'role', region: null, kind: 'Role' },
      { name: 'sso', region: 'us-east-1', kind: 'SSO' },
      { name: 'temporary', region: null, kind: 'Temporary keys' },
      { name: 'tool', region: null, kind: 'Process' },
    ])
  })

  it('has none where there are no files', async () => {
    expect(await listProfiles({ AWS_CONFIG_FILE: join(folder, 'none'), AWS_SHARED_CREDENTIALS_FILE: folder })).toEqual(
      [],
    )
  })

  it.each([
    ['Windows line ends and a byte order mark', '\uFEFF[default]\r\nregion = eu-west-1\r\n', 'eu-west-1'],
    ['indented settings', '[default]\n  region = eu-west-1\n', 'eu-west-1'],
    ['nested settings of another kind', '[default]\ns3 =\n  region = us-west-2\nregion = eu-west-1\n', 'eu-west-1'],
    ['lines that make no sense', 'region = us-east-1\n[default]\n===\nfoo\n= x\nregion = eu-west-1\n[\n', 'eu-west-1'],
    ['a section that comes twice', '[default]\noutput = json\n[default]\nregion = eu-west-1\n', 'eu-west-1'],
  ])('reads %s', (_name, text, region) => {
    expect(parseSections(text).get('default')?.get('region')).toBe(region)
  })

  it('is not confused by names that mean something in JavaScript', async () => {
    const environment = await files('[profile __proto__]\nregion = eu-west-1\n[profile constructor]\n', '')
    expect((await listProfiles(environment)).map((profile) => profile.name).toSorted()).toEqual([
      '__proto__',
      'constructor',
    ])
  })
})

describe('credentials', () => {
  it('reads a profile anew each time', async () => {
    Object.assign(
      process.env,
      await files(
        '[profile work]\nregion = eu-central-1\n',
        '[work]\naws_access_key_id = FIRST\naws_secret_access_key = s\n',
      ),
    )
    const credentials = credentialsOf({ kind: 'profile', profile: 'work', region: 'eu-central-1' })
    expect(await credentials()).toMatchObject({ accessKeyId: 'FIRST' })
    await files('', '[work]\naws_access_key_id = SECOND\naws_secret_access_key = s\naws_session_token = t\n')
    expect(await credentials()).toMatchObject({ accessKeyId: 'SECOND', sessionToken: 't' })
  })

  it('takes the chosen profile, not what the environment says', async () => {
    Object.assign(process.env, await files('', '[work]\naws_access_key_id = WORK\naws_secret_access_key = s\n'), {
      AWS_ACCESS_KEY_ID: 'OTHER',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_PROFILE: 'nobody',
    })
    expect(await credentialsOf({ kind: 'profile', profile: 'work', region: 'eu-central-1' })()).toMatchObject({
      accessKeyId: 'WORK',
    })
  })

  it('trims typed keys and leaves out an empty token', async () => {
    const credentials = credentialsOf({
      kind: 'keys',
      accessKeyId: ' AKIAIOSFODNN7EXAMPLE\n',
      secretAccessKey: ' s ',
      sessionToken: ' ',
      region: 'eu-central-1',
    })
    expect(await credentials()).toEqual({ accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's' })
  })
})

it('offers only regions that the contract takes', () => {
  const refused = ELASTIC_BEANSTALK_REGIONS.filter(
    (region) => !calls.connect.input.safeParse({ kind: 'profile', profile: 'x', region }).success,
  )
  expect(refused).toEqual([])
})
