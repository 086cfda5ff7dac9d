import { STATUS_CODES } from 'node:http'

/** Load balancers keep the long name that HTTP/1.0 servers gave it. */
const UNAVAILABLE = 'Service Temporarily Unavailable'

/** The page of an application that brings none: it names its version and nothing of its environment, so that blue and green differ by version alone. */
export function versionPage(versionLabel: string): string {
  const version = escapeHtml(versionLabel)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Version ${version}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; margin: 15vh auto; max-width: 36rem; padding: 0 1.5rem; color: #16191f; background: #fff }
  h1 { font-size: 2.25rem; font-weight: 600; margin: 0 0 .5rem }
  @media (prefers-color-scheme: dark) { body { color: #e9ebed; background: #16191f } }
</style>
</head>
<body>
<h1>version ${version}</h1>
<p>This application answers in the practice account.</p>
</body>
</html>
`
}

/** The page an Application Load Balancer sends for an error of its own, and an application for a failed request. */
export function errorPage(statusCode: number): string {
  const title = `${statusCode} ${statusCode === 503 ? UNAVAILABLE : (STATUS_CODES[statusCode] ?? 'Error')}`
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
