import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { AwsProfile } from '../contract/connection.ts'

type Section = ReadonlyMap<string, string>

/** The profiles of the shared AWS files, the default one first; none where there are no files. Secrets are not read out. */
export async function listProfiles(environment: NodeJS.ProcessEnv = process.env): Promise<readonly AwsProfile[]> {
  const folder = join(homedir(), '.aws')
  const [config, credentials] = await Promise.all([
    readText(environment['AWS_CONFIG_FILE'] ?? join(folder, 'config')),
    readText(environment['AWS_SHARED_CREDENTIALS_FILE'] ?? join(folder, 'credentials')),
  ])
  const profiles = new Map<string, Map<string, string>>()
  for (const [heading, section] of parseSections(config)) {
    const name = profileName(heading)
    if (name !== null) merge(profiles, name, section)
  }
  for (const [heading, section] of parseSections(credentials)) merge(profiles, heading, section)

  return [...profiles]
    .map(([name, section]) => ({ name, region: section.get('region') ?? null, kind: kindOf(section) }))
    .toSorted((a, b) => Number(b.name === 'default') - Number(a.name === 'default') || a.name.localeCompare(b.name))
}

/** Sections of an AWS file by heading, in their order. Lines that make no sense are passed over, as the AWS CLI does. */
export function parseSections(text: string): ReadonlyMap<string, Section> {
  const sections = new Map<string, Map<string, string>>()
  let current: Map<string, string> | null = null
  let insideNested = false
  for (const raw of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const line = (raw.split(/(?:^|\s)[;#]/)[0] ?? '').trimEnd()
    if (line.trim() === '') continue
    const heading = /^\s*\[(.+)\]\s*$/.exec(line)?.[1]?.trim()
    if (heading !== undefined) {
      current = sections.get(heading) ?? new Map()
      sections.set(heading, current)
      insideNested = false
      continue
    }
    const equals = line.indexOf('=')
    if (current === null || equals < 1) continue
    const indented = /^\s/.test(line)
    if (!indented) insideNested = false
    if (insideNested) continue
    const value = line.slice(equals + 1).trim()
    // `s3 =` opens indented settings of its own; they are not the profile's.
    if (value === '') insideNested = true
    else current.set(line.slice(0, equals).trim().toLowerCase(), value)
  }
  return sections
}

function profileName(heading: string): string | null {
  if (heading === 'default') return heading
  const named = /^profile\s+(?:"(.+)"|'(.+)'|(.+))$/.exec(heading)
  return named === null ? null : (named[1] ?? named[2] ?? named[3] ?? null)
}

function merge(profiles: Map<string, Map<string, string>>, name: string, section: Section): void {
  const known = profiles.get(name) ?? new Map<string, string>()
  for (const [key, value] of section) known.set(key, value)
  profiles.set(name, known)
}

/** How the profile signs in, in the order in which the AWS clients themselves decide. */
function kindOf(section: Section): string {
  if (section.has('role_arn'))
    return section.has('web_identity_token_file')
      ? 'Web identity'
      : section.has('mfa_serial')
        ? 'Role with MFA'
        : 'Role'
  if (section.has('aws_access_key_id')) return section.has('aws_session_token') ? 'Temporary keys' : 'Access keys'
  if (section.has('sso_session') || section.has('sso_start_url')) return 'SSO'
  if (section.has('login_session')) return 'Console sign-in'
  if (section.has('credential_process')) return 'Process'
  return 'No credentials'
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    // No file means no profiles, which the connect screen shows as such.
    return ''
  }
}
