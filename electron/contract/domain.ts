/** What is wrong with a domain as it was typed, in words; null where nothing is. */
export function domainFault(typed: string): string | null {
  const name = typed.trim().toLowerCase().replace(/\.$/, '')
  if (name === '') return 'Give a domain, such as www.example.com.'
  if (/^[a-z]+:\/\//.test(name) || name.includes('/')) return 'Only the domain, without http:// and without a path.'
  if (name.length > 253) return 'At most 253 characters.'
  const labels = name.split('.')
  const isName = labels.length > 1 && labels.every((label, index) => isLabel(label) || (index === 0 && label === '*'))
  return isName && !/^\d+$/.test(labels.at(-1) ?? '') ? null : 'A domain looks like www.example.com.'
}

function isLabel(label: string): boolean {
  return /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)
}
