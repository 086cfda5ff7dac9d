import type { BundleFinding } from '../contract/models.ts'
import type { Entry } from './entries.ts'

/** What Elastic Beanstalk's platforms run, by the word that stands in a platform's name. */
type Runtime = 'docker' | 'ecs' | 'nodejs' | 'python' | 'java' | 'tomcat' | 'php' | 'ruby' | 'go' | 'dotnet' | 'iis'

interface Layout {
  readonly runtimes: readonly Runtime[]
  readonly title: string
  /** A name at the top of the bundle that gives it away. */
  readonly marker: RegExp
}

/** What a bundle holds at its top for each platform (AWS developer guide, the platforms' own pages). */
const LAYOUTS: readonly Layout[] = [
  { runtimes: ['docker'], title: 'Docker Compose', marker: /^docker-compose\.ya?ml$/ },
  { runtimes: ['docker'], title: 'Docker', marker: /^Dockerfile$/ },
  { runtimes: ['tomcat'], title: 'Java web archive', marker: /^WEB-INF\/|^[^/]+\.war$/i },
  { runtimes: ['iis'], title: '.NET on Windows', marker: /^aws-windows-deployment-manifest\.json$|^web\.config$/i },
  { runtimes: ['dotnet'], title: '.NET on Linux', marker: /^[^/]+\.runtimeconfig\.json$/ },
  { runtimes: ['java'], title: 'Java SE', marker: /^[^/]+\.jar$|^META-INF\/MANIFEST\.MF$|^build\.gradle$|^pom\.xml$/ },
  { runtimes: ['go'], title: 'Go', marker: /^go\.mod$|^[^/]+\.go$|^bin\/application$/ },
  { runtimes: ['ruby'], title: 'Ruby', marker: /^config\.ru$|^Gemfile$/ },
  {
    runtimes: ['python'],
    title: 'Python',
    marker: /^application\.py$|^requirements\.txt$|^Pipfile$|^manage\.py$|^setup\.py$/,
  },
  { runtimes: ['php'], title: 'PHP', marker: /^[^/]+\.php$|^composer\.json$/ },
  { runtimes: ['nodejs'], title: 'Node.js', marker: /^package\.json$|^server\.js$|^app\.js$/ },
]
const STARTED_BY_PROCFILE: readonly Runtime[] = ['nodejs', 'python', 'java', 'ruby', 'go', 'dotnet', 'tomcat', 'php']
/** A container or a folder of sources may bring any of the others along: these say what really starts. */
const SAYS_ALL = new Set(['Docker', 'Docker Compose'])

const WANTED: Readonly<Record<Runtime, string>> = {
  docker: 'a Dockerfile, a docker-compose.yml or a Dockerrun.aws.json',
  ecs: 'a Dockerrun.aws.json of version 2',
  nodejs: 'a package.json, a server.js, an app.js or a Procfile',
  python: 'an application.py, a requirements.txt or a Procfile',
  java: 'a JAR file or a Procfile',
  tomcat: 'a WEB-INF folder or a WAR file',
  php: 'an index.php or a composer.json',
  ruby: 'a config.ru, a Gemfile or a Procfile',
  go: 'an application.go, a go.mod or a Procfile',
  dotnet: 'a published application with its .runtimeconfig.json, or a Procfile',
  iis: 'an aws-windows-deployment-manifest.json or a web.config',
}

/** What kind of application a bundle looks like, and whether blue's platform would start it; pure. */
export function readLayout(
  files: readonly Entry[],
  markers: ReadonlyMap<string, string>,
  platform: string | null,
): { readonly looksLike: string | null; readonly findings: readonly BundleFinding[] } {
  // Of very many files only those at the top say something, and what a few known folders hold.
  const top = files.filter(({ name }) => !name.includes('/') || /^(?:WEB-INF|META-INF|bin)\//.test(name))
  const found: { readonly title: string; readonly file: string; readonly runtimes: readonly Runtime[] }[] = []
  const dockerrun = markers.get('Dockerrun.aws.json')
  if (dockerrun !== undefined || top.some(({ name }) => name === 'Dockerrun.aws.json'))
    found.push({ ...dockerrunOf(dockerrun), file: 'Dockerrun.aws.json' })
  for (const { title, marker, runtimes } of LAYOUTS) {
    const file = top.find(({ name }) => marker.test(name))
    if (file) found.push({ title, runtimes, file: file.name.startsWith('WEB-INF/') ? 'WEB-INF' : file.name })
  }
  const hasProcfile = top.some(({ name }) => name === 'Procfile')
  const [first] = found
  const looksLike = first ? `${first.title} (${first.file})` : hasProcfile ? 'started by its Procfile' : null
  const wanted = platform === null ? null : runtimeOf(platform)
  if (wanted === null || platform === null) return { looksLike, findings: [] }
  const says = found.find(({ title }) => SAYS_ALL.has(title) || title.startsWith('Dockerrun'))
  const decided = says ? [says] : found
  const fits =
    found.some(({ runtimes }) => runtimes.includes(wanted)) || (hasProcfile && STARTED_BY_PROCFILE.includes(wanted))
  if (fits) return { looksLike, findings: [] }
  const remedy = `For this platform a bundle holds ${WANTED[wanted]} at its top. Choose the bundle that was built for this environment; where this one is right, go on.`
  const text =
    decided.length > 0
      ? `This looks like ${listed(decided.map(({ title }) => title))}, and blue runs on ${platform}.`
      : `Nothing in it is recognised that ${platform} would start.`
  const details = decided.map(({ file }) => file)
  return {
    looksLike,
    findings: [
      {
        severity: 'warning',
        text,
        ...(details.length > 0 ? { details } : {}),
        meaning: 'Green would probably not start with it; production would not be touched.',
        remedy,
      },
    ],
  }
}

function dockerrunOf(text: string | undefined): { readonly title: string; readonly runtimes: readonly Runtime[] } {
  const version = Number(/"AWSEBDockerrunVersion"\s*:\s*"?(\d+)/.exec(text ?? '')?.[1] ?? Number.NaN)
  if (version === 2) return { title: 'Dockerrun version 2 (several containers on ECS)', runtimes: ['ecs'] }
  if (version === 1) return { title: 'Dockerrun version 1 (one container)', runtimes: ['docker'] }
  if (version === 3) return { title: 'Dockerrun version 3 (for Docker Compose)', runtimes: ['docker'] }
  return { title: 'Dockerrun of an unknown version', runtimes: ['docker', 'ecs'] }
}

/** The platform by its name as DescribeEnvironments tells it; null for one that is not known here. */
function runtimeOf(platform: string): Runtime | null {
  const tests: readonly (readonly [RegExp, Runtime])[] = [
    [/\b(ECS|Multi-container Docker)\b/i, 'ecs'],
    [/\bDocker\b/i, 'docker'],
    [/\bNode\.?js\b/i, 'nodejs'],
    [/\bPython\b/i, 'python'],
    [/\b(Tomcat|GlassFish)\b/i, 'tomcat'],
    [/\b(Corretto|Java)\b/i, 'java'],
    [/\bPHP\b/i, 'php'],
    [/\b(Ruby|Puma|Passenger)\b/i, 'ruby'],
    [/\bGo \d/i, 'go'],
    [/\bIIS\b/i, 'iis'],
    [/\.NET\b/i, 'dotnet'],
  ]
  return tests.find(([pattern]) => pattern.test(platform))?.[1] ?? null
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}
