import { describe, expect, it } from 'vitest'
import { readDirectory } from '../../electron/bundle/archive.ts'
import { filesOf } from '../../electron/bundle/contents.ts'
import { readLayout } from '../../electron/bundle/layouts.ts'
import { archive } from './archives.ts'

const AL2023 = '64bit Amazon Linux 2023 v6.5.0 running'
const NODE = `${AL2023} Node.js 22`

async function layoutOf(names: readonly string[], platform: string | null, dockerrun?: string) {
  const bytes = archive(names.map((name) => ({ name })))
  const directory = await readDirectory({
    sizeBytes: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  })
  const files = directory.kind === 'zip' ? filesOf(directory.entries) : []
  return readLayout(files, new Map(dockerrun === undefined ? [] : [['Dockerrun.aws.json', dockerrun]]), platform)
}

describe('what a bundle looks like, and blue’s platform', () => {
  it.each<[string, readonly string[], string, string]>([
    ['Node.js', ['package.json', 'server.js'], NODE, 'Node.js (package.json)'],
    ['Node.js without a manifest', ['app.js'], NODE, 'Node.js (app.js)'],
    ['a Procfile', ['Procfile', 'x'], NODE, 'started by its Procfile'],
    ['Python', ['application.py', 'requirements.txt'], `${AL2023} Python 3.12`, 'Python (application.py)'],
    ['a JAR', ['shop.jar', 'Procfile'], `${AL2023} Corretto 21`, 'Java SE (shop.jar)'],
    [
      'an executable JAR itself',
      ['META-INF/MANIFEST.MF', 'org/x.class'],
      `${AL2023} Corretto 21`,
      'Java SE (META-INF/MANIFEST.MF)',
    ],
    [
      'a web archive',
      ['WEB-INF/web.xml', 'META-INF/MANIFEST.MF'],
      `${AL2023} Tomcat 10 Corretto 21`,
      'Java web archive (WEB-INF)',
    ],
    ['WARs in a ZIP', ['shop.war', 'admin.war'], `${AL2023} Tomcat 11 Corretto 21`, 'Java web archive (shop.war)'],
    ['PHP', ['index.php'], `${AL2023} PHP 8.4`, 'PHP (index.php)'],
    ['Ruby', ['config.ru', 'Gemfile'], `${AL2023} Ruby 3.4`, 'Ruby (config.ru)'],
    ['Go', ['application.go', 'go.mod'], `${AL2023} Go 1`, 'Go (application.go)'],
    [
      '.NET on Linux',
      ['shop.runtimeconfig.json', 'shop.dll'],
      `${AL2023} .NET 9`,
      '.NET on Linux (shop.runtimeconfig.json)',
    ],
    [
      '.NET on Windows',
      ['aws-windows-deployment-manifest.json'],
      '64bit Windows Server 2022 v2.1.0 running IIS 10.0',
      '.NET on Windows (aws-windows-deployment-manifest.json)',
    ],
    ['a container of Node.js', ['Dockerfile', 'package.json'], `${AL2023} Docker`, 'Docker (Dockerfile)'],
    ['Compose', ['docker-compose.yml'], `${AL2023} Docker`, 'Docker Compose (docker-compose.yml)'],
    ['a platform nobody knows', ['package.json'], 'arn:custom', 'Node.js (package.json)'],
  ])('fits: %s', async (_name, names, platform, looksLike) => {
    expect(await layoutOf(names, platform)).toEqual({ looksLike, findings: [] })
  })

  it.each<[string, readonly string[], string, RegExp]>([
    ['Python on Node.js', ['application.py'], NODE, /looks like Python, and blue runs on .*Node\.js 22/],
    ['a container on Node.js', ['Dockerfile', 'requirements.txt'], NODE, /looks like Docker, and/],
    ['a WAR on Java SE', ['WEB-INF/web.xml'], `${AL2023} Corretto 21`, /looks like Java web archive/],
    ['Node.js on Docker', ['package.json', 'Procfile'], `${AL2023} Docker`, /looks like Node\.js/],
    ['Windows on Linux', ['web.config'], `${AL2023} .NET 9`, /looks like \.NET on Windows/],
    ['photographs', ['one.jpg', 'two.jpg'], NODE, /Nothing in it is recognised/],
  ])('does not fit: %s', async (_name, names, platform, says) => {
    const { findings } = await layoutOf(names, platform)
    expect(findings).toMatchObject([{ severity: 'warning', text: expect.stringMatching(says) }])
    expect(findings[0]?.remedy).toMatch(/a bundle holds /)
  })

  it.each<[string, string, boolean]>([
    ['{"AWSEBDockerrunVersion": "1"}', `${AL2023} Docker`, true],
    ['{"AWSEBDockerrunVersion": 3}', `${AL2023} Docker`, true],
    ['{"AWSEBDockerrunVersion": 2}', `${AL2023} ECS`, true],
    ['{"AWSEBDockerrunVersion": 2}', '64bit Amazon Linux 2018.03 v2.26.0 running Multi-container Docker 19.03', true],
    ['{"AWSEBDockerrunVersion": 2}', `${AL2023} Docker`, false],
    ['{"AWSEBDockerrunVersion": 1}', `${AL2023} ECS`, false],
    ['not even JSON', `${AL2023} ECS`, true],
  ])('reads the version of Dockerrun.aws.json: %s on %s', async (text, platform, fits) => {
    const { looksLike, findings } = await layoutOf(['Dockerrun.aws.json'], platform, text)
    expect(looksLike).toMatch(/^Dockerrun/)
    expect(findings.length === 0).toBe(fits)
  })

  it('says nothing of a platform that is not known', async () => {
    expect(await layoutOf(['one.jpg'], null)).toEqual({ looksLike: null, findings: [] })
  })
})
