import type { Account } from './account.ts'
import { derivedUuid } from './derived-id.ts'
import type { CertificateRecord } from './network-records.ts'

/** A certificate for some names, as AWS Certificate Manager would have issued it. */
export function createCertificate(account: Account, names: readonly string[]): CertificateRecord {
  const id = derivedUuid(`${account.accountId} ${names.join(' ')}`)
  const arn = `arn:aws:acm:${account.region}:${account.accountId}:certificate/${id}`
  const certificate: CertificateRecord = { arn, names, created: account.now }
  account.certificates.set(arn, certificate)
  return certificate
}
