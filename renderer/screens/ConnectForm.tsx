import Button from '@cloudscape-design/components/button'
import FormField from '@cloudscape-design/components/form-field'
import Input from '@cloudscape-design/components/input'
import Select from '@cloudscape-design/components/select'
import { type ReactNode, useId, useState } from 'react'
import type { AwsProfile } from '../../electron/contract/connection.ts'
import type { Credentials } from '../../electron/contract/contract.ts'
import { connect } from '../actions.ts'
import { useSignalbox, useWaitingFor } from '../store.ts'
import { testIds } from '../test-ids.ts'
import './connect-form.css'

type Kind = Credentials['kind']

/** Who to sign in as: the practice account, a profile of the AWS files, or keys. */
export function ConnectForm({ first, label }: { readonly first: Kind; readonly label: string }) {
  const profiles = useSignalbox((state) => state.profiles)
  const regions = useSignalbox((state) => state.regions)
  const waiting = useWaitingFor('connect')
  const [kind, setKind] = useState<Kind>(first)
  const [profileName, setProfileName] = useState(profiles[0]?.name ?? '')
  const profile = profiles.find((each) => each.name === profileName) ?? null
  const [region, setRegion] = useState<string | null>(null)
  const [keys, setKeys] = useState({ accessKeyId: '', secretAccessKey: '', sessionToken: '' })
  const usedRegion = region ?? (kind === 'profile' ? profile?.region : null) ?? null
  const credentials = credentialsOf(kind, profile, usedRegion, keys)

  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault()
        if (credentials) void connect(credentials)
      }}
    >
      <fieldset className="ways">
        <legend className="hidden-text">Account</legend>
        <Way
          kind="practice"
          chosen={kind}
          onChoose={setKind}
          testId={testIds.connectPractice}
          title="Practice account"
          tag="Start here"
        >
          A rehearsal on this computer. It behaves like Elastic Beanstalk, with real requests, real DNS and a clock you
          can speed up; nothing touches AWS and nothing costs money.
        </Way>
        <Way
          kind="profile"
          chosen={kind}
          onChoose={setKind}
          testId={testIds.connectProfile}
          title="A profile of this computer"
        >
          {profiles.length === 0
            ? 'No profile was found in the shared AWS files, ~/.aws/config and ~/.aws/credentials. Your AWS team can give you one.'
            : 'The profiles of the shared AWS files, as the AWS tools use them.'}
        </Way>
        {kind === 'profile' && profiles.length > 0 && (
          <div className="way-fields">
            <FormField label="Profile" description="By its name in the AWS files." stretch>
              <Select
                selectedOption={profile && profileOption(profile)}
                options={profiles.map(profileOption)}
                filteringType={profiles.length > 8 ? 'auto' : 'none'}
                placeholder="Choose a profile"
                onChange={({ detail }) => {
                  setProfileName(detail.selectedOption.value ?? '')
                  setRegion(null)
                }}
              />
            </FormField>
            <RegionField region={usedRegion} regions={regions} onChange={setRegion} />
          </div>
        )}
        <Way kind="keys" chosen={kind} onChoose={setKind} testId={testIds.connectKeys} title="Access keys">
          Kept in memory until you disconnect or close Signalbox, never written anywhere.
        </Way>
        {kind === 'keys' && (
          <div className="way-fields">
            <FormField label="Access key ID" stretch>
              <Input
                value={keys.accessKeyId}
                autoComplete={false}
                spellcheck={false}
                onChange={({ detail }) => setKeys({ ...keys, accessKeyId: detail.value })}
              />
            </FormField>
            <FormField label="Secret access key" stretch>
              <Input
                type="password"
                value={keys.secretAccessKey}
                autoComplete={false}
                onChange={({ detail }) => setKeys({ ...keys, secretAccessKey: detail.value })}
              />
            </FormField>
            <FormField label="Session token" description="Only with temporary keys." stretch>
              <Input
                type="password"
                value={keys.sessionToken}
                autoComplete={false}
                onChange={({ detail }) => setKeys({ ...keys, sessionToken: detail.value })}
              />
            </FormField>
            <RegionField region={usedRegion} regions={regions} onChange={setRegion} />
          </div>
        )}
      </fieldset>
      <div className="row">
        <Button
          variant="primary"
          formAction="submit"
          data-testid={testIds.connectButton}
          disabled={credentials === null}
          loading={waiting}
        >
          {kind === 'practice' && label === 'Connect' ? 'Connect to the practice account' : label}
        </Button>
        <span className="muted" role="status">
          {waiting ? WAITING[kind] : ''}
        </span>
      </div>
    </form>
  )
}

const WAITING: Readonly<Record<Kind, string>> = {
  practice: 'Starting the practice account…',
  profile: 'Asking AWS who this profile is…',
  keys: 'Asking AWS whose keys these are…',
}

function Way(props: {
  readonly kind: Kind
  readonly chosen: Kind
  readonly onChoose: (kind: Kind) => void
  readonly testId: string
  readonly title: string
  readonly tag?: string
  readonly children: ReactNode
}) {
  const { kind, chosen, onChoose, testId, title, tag, children } = props
  const id = useId()
  return (
    <label className="way" htmlFor={id} data-chosen={kind === chosen}>
      <input
        id={id}
        type="radio"
        name="way"
        value={kind}
        checked={kind === chosen}
        data-testid={testId}
        onChange={() => onChoose(kind)}
      />
      <span>
        <span className="way-title">
          {title}
          {tag !== undefined && <span className="way-tag">{tag}</span>}
        </span>
        <span className="muted">{children}</span>
      </span>
    </label>
  )
}

function RegionField(props: {
  readonly region: string | null
  readonly regions: readonly string[]
  readonly onChange: (region: string) => void
}) {
  const { region, regions, onChange } = props
  const options = (region === null || regions.includes(region) ? regions : [region, ...regions]).map((value) => ({
    value,
    label: value,
  }))
  return (
    <FormField label="Region" description="Where the environment runs." stretch>
      <Select
        selectedOption={region === null ? null : { value: region, label: region }}
        options={options}
        filteringType="auto"
        filteringAriaLabel="Filter regions"
        placeholder="Choose a region"
        empty="No region with this name"
        onChange={({ detail }) => {
          if (detail.selectedOption.value !== undefined) onChange(detail.selectedOption.value)
        }}
      />
    </FormField>
  )
}

function profileOption({ name, kind, region }: AwsProfile) {
  return { value: name, label: name, description: region === null ? kind : `${kind} · ${region}` }
}

function credentialsOf(
  kind: Kind,
  profile: AwsProfile | null,
  region: string | null,
  keys: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken: string },
): Credentials | null {
  if (kind === 'practice') return { kind }
  if (region === null) return null
  if (kind === 'profile') return profile && { kind, profile: profile.name, region }
  const [accessKeyId, secretAccessKey, sessionToken] = [
    keys.accessKeyId.trim(),
    keys.secretAccessKey.trim(),
    keys.sessionToken.trim(),
  ]
  if (accessKeyId.length < 16 || secretAccessKey === '') return null
  return { kind, accessKeyId, secretAccessKey, region, ...(sessionToken === '' ? {} : { sessionToken }) }
}
