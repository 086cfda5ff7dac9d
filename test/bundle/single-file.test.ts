import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspectBundle, listBundle } from '../../electron/bundle/inspect.ts'
import { createVersionBundles } from '../../electron/bundle/version-bundles.ts'
import { archive, type Member } from './archives.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'signalbox-single-'))
})
afterAll(() => rm(folder, { recursive: true }))

const DOCKER = '64bit Amazon Linux 2023 v4.7.2 running Docker'
const ECS = '64bit Amazon Linux 2023 v4.2.0 running ECS'
const JAVA = '64bit Amazon Linux 2023 v4.6.0 running Corretto 21'
const NODE = '64bit Amazon Linux 2023 v6.5.0 running Node.js 22'

async function inspect(fileName: string, content: string | Buffer, platform: string | null = DOCKER) {
  const path = join(folder, fileName)
  await writeFile(path, content)
  return inspectBundle(path, { platform })
}

const dockerrun = (version: number): string =>
  JSON.stringify({ AWSEBDockerrunVersion: version, Image: { Name: 'registry.example/shop:1.5.0' } }, null, 2)
const DOCKERFILE = '# syntax=docker/dockerfile:1\n\nARG NODE=22\nFROM node:$NODE\nCOPY . /shop\n'
const COMPOSE = 'name: shop\nservices:\n  web:\n    image: registry.example/shop:1.5.0\n'

describe('a file that needs no archive', () => {
  it.each<[string, string, string, string | null]>([
    ['Dockerfile', DOCKERFILE, DOCKER, 'Docker (Dockerfile)'],
    ['docker-compose.yml', COMPOSE, DOCKER, 'Docker Compose (docker-compose.yml)'],
    ['Dockerrun.aws.json', dockerrun(1), DOCKER, 'Dockerrun version 1 (one container) (Dockerrun.aws.json)'],
    ['shop.json', dockerrun(2), ECS, 'Dockerrun version 2 (several containers on ECS) (Dockerrun.aws.json)'],
  ])('%s is taken as it is', async (fileName, content, platform, looksLike) => {
    expect(await inspect(fileName, content, platform)).toMatchObject({
      sound: true,
      findings: [],
      entries: 1,
      looksLike,
    })
  })

  it('is called by its name and by what stands in it', async () => {
    const one = await inspect('Dockerrun.aws.json', dockerrun(1))
    const other = await inspect('Dockerrun.aws.json', dockerrun(3))
    expect(one.suggestedLabel).toMatch(/^Dockerrun-[0-9a-f]{8}$/)
    expect(other.suggestedLabel).not.toBe(one.suggestedLabel)
    expect((await inspect('Dockerfile', DOCKERFILE)).suggestedLabel).toMatch(/^Dockerfile-[0-9a-f]{8}$/)
  })

  it('does not fit a platform of another kind', async () => {
    const { sound, findings } = await inspect('Dockerfile', DOCKERFILE, NODE)
    expect(sound).toBe(true)
    expect(findings).toMatchObject([{ severity: 'warning', text: expect.stringContaining('This looks like Docker') }])
  })

  it.each<[string, string, string | Buffer]>([
    ['any other JSON', 'package.json', '{"name":"shop"}'],
    ['JSON that is cut off', 'Dockerrun.aws.json', '{"AWSEBDockerrunVersion": 1,'],
    ['the word alone in a list', 'Dockerrun.aws.json', '["AWSEBDockerrunVersion"]'],
    ['the error page of a download', 'Dockerfile', '<!doctype html><p>FROM here</p>'],
    ['a program', 'Dockerfile', Buffer.from('FROM x\n\0\0\0')],
    ['letters of another encoding', 'Dockerfile', Buffer.from([0x46, 0x52, 0x4f, 0x4d, 0x20, 0xff, 0xfe, 0x0a])],
    ['a shell script', 'deploy.sh', '#!/bin/sh\necho FROM x\n'],
    ['a YAML file that starts nothing', 'values.yml', 'replicas: 2\nmyservices:\n  a: 1\n'],
    ['a very long text', 'Dockerfile', `FROM x\n${'#'.repeat(70_000)}`],
    ['nothing', 'Dockerfile', ''],
  ])('%s is no bundle', async (_words, fileName, content) => {
    const { sound, findings } = await inspect(fileName, content)
    expect(sound).toBe(false)
    expect(findings[0]).toMatchObject({
      severity: 'error',
      text: expect.stringMatching(/^This is not a sound ZIP file/),
    })
  })

  it('declares nothing where it runs already, and is compared with what comes', async () => {
    const path = join(folder, 'next.json')
    await writeFile(path, dockerrun(3))
    const { bundle } = await inspectBundle(path)
    const bytes = Buffer.from(dockerrun(1))
    const stored = createVersionBundles({
      versions: async (_application, [label = '']) => [
        {
          label,
          description: '',
          status: 'PROCESSED',
          createdAt: 0,
          bucket: 'b',
          key: 'shop/signalbox-1-Dockerrun.aws.json',
        },
      ],
      open: async () => ({
        sizeBytes: bytes.length,
        etag: 'one',
        read: async (offset, length) => bytes.subarray(offset, offset + length),
      }),
    })
    expect(await stored.contents('shop', 'v1')).toMatchObject({ files: 1, declared: [], unread: [] })
    expect(await stored.compare('shop', 'v1', bundle)).toMatchObject({ added: 0, removed: 0, changed: 1 })
    await writeFile(path, 'FROM another\n# of another size')
    await expect(listBundle(bundle)).rejects.toMatchObject({ problem: { code: 'bad-bundle' } })
  })
})

describe('a JAR by itself', () => {
  const manifest = (text: string): Member => ({ name: 'META-INF/MANIFEST.MF', text })
  const main = manifest('Manifest-Version: 1.0\r\nMain-Class: org.example.Shop\r\n\r\n')

  it('is a bundle for Java SE, labelled without its ending', async () => {
    expect(await inspect('shop-1.5.0.jar', archive([main, { name: 'org/example/Shop.class' }]), JAVA)).toMatchObject({
      sound: true,
      findings: [],
      looksLike: 'Java SE (META-INF/MANIFEST.MF)',
      suggestedLabel: 'shop-1.5.0',
    })
  })

  it.each<[string, readonly Member[], RegExp]>([
    ['without a manifest', [{ name: 'org/example/Shop.class' }], /no Main-Class/],
    ['of a library', [manifest('Manifest-Version: 1.0\r\n'), { name: 'org/example/Shop.class' }], /no Main-Class/],
    [
      'with extensions in it',
      [main, { name: '.ebextensions/a.config', text: 'option_settings: []' }],
      /does not look into a JAR/,
    ],
  ])('%s is warned of', async (_words, members, text) => {
    const { sound, findings } = await inspect('shop.jar', archive(members), JAVA)
    expect(sound).toBe(true)
    expect(findings).toContainEqual(expect.objectContaining({ severity: 'warning', text: expect.stringMatching(text) }))
  })

  it('is not warned of where the same files come as a ZIP', async () => {
    const { findings } = await inspect('shop.zip', archive([{ name: 'shop.jar' }, { name: 'Procfile' }]), JAVA)
    expect(findings).toEqual([])
  })
})
