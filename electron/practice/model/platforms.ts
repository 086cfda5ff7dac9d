import { invalidParameterValue } from './aws-error.ts'

/** A platform version of Elastic Beanstalk's own. */
export interface Platform {
  readonly arn: string
  readonly solutionStack: string
  readonly name: string
  readonly branch: string
  readonly version: string
  readonly category: string
  readonly lifecycle: 'Recommended' | ''
  readonly operatingSystemVersion: string
  readonly tiers: readonly string[]
}

const FAMILIES: readonly {
  readonly language: string
  readonly category: string
  readonly versions: readonly string[]
}[] = [
  { language: 'Node.js 22', category: 'Node.js', versions: ['6.7.0', '6.6.2', '6.6.0'] },
  { language: 'Corretto 21', category: 'Java', versions: ['4.8.0', '4.7.1'] },
  { language: 'Python 3.13', category: 'Python', versions: ['4.8.0', '4.7.2'] },
  { language: 'PHP 8.3', category: 'PHP', versions: ['4.9.0', '4.8.1'] },
  { language: 'Docker', category: 'Docker', versions: ['4.7.2', '4.7.0'] },
]

/** Every platform version of the region, newest of its branch first. */
export function listPlatforms(region: string): readonly Platform[] {
  return FAMILIES.flatMap(({ language, category, versions }) => {
    const name = `${language} running on 64bit Amazon Linux 2023`
    return versions.map((version, index) => ({
      arn: `arn:aws:elasticbeanstalk:${region}::platform/${name}/${version}`,
      solutionStack: `64bit Amazon Linux 2023 v${version} running ${language}`,
      name,
      branch: name,
      version,
      category,
      lifecycle: index === 0 ? ('Recommended' as const) : ('' as const),
      operatingSystemVersion: '2023',
      tiers: ['WebServer/Standard', 'Worker/SQS/HTTP'],
    }))
  })
}

/** The platform of an ARN; without a version, the newest of the name. */
export function platformByArn(region: string, arn: string): Platform {
  const found = listPlatforms(region).find((platform) => platform.arn === arn || platform.arn.startsWith(`${arn}/`))
  if (found === undefined) throw invalidParameterValue(`Platform '${arn}' does not exist.`)
  return found
}

/** The platform of a solution stack's name. */
export function platformBySolutionStack(region: string, name: string): Platform {
  const found = listPlatforms(region).find((platform) => platform.solutionStack === name)
  if (found === undefined) throw invalidParameterValue(`No Solution Stack named '${name}' found.`)
  return found
}
