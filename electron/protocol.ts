import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { protocol, session } from 'electron'

const SCHEME = 'app'
export const ORIGIN = `${SCHEME}://signalbox`

/** No inline script, no eval, nothing from anywhere else; Cloudscape embeds its font and icons as data. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
].join('; ')

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
}

/** Must run before the app is ready. The code cache is why the pages have a scheme of their own. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
  ])
}

/** Serves the built pages from `folder` and nothing else, refuses every permission and every request to the network. */
export function serveApp(folder: string): void {
  protocol.handle(SCHEME, async (request) => {
    const url = new URL(request.url)
    const path = normalize(decodeURIComponent(url.pathname === '/' ? '/index.html' : url.pathname))
    const type = TYPES[extname(path)]
    if (
      request.method !== 'GET' ||
      `${url.protocol}//${url.host}` !== ORIGIN ||
      path.includes('..') ||
      type === undefined
    )
      return refused(404)
    try {
      const body = await readFile(join(folder, path))
      return new Response(new Uint8Array(body), {
        headers: {
          'content-type': type,
          'content-security-policy': CONTENT_SECURITY_POLICY,
          'x-content-type-options': 'nosniff',
          'cross-origin-opener-policy': 'same-origin',
        },
      })
    } catch {
      return refused(404)
    }
  })
  const { defaultSession } = session
  defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  defaultSession.setPermissionCheckHandler(() => false)
  defaultSession.webRequest.onBeforeRequest((details, answer) => {
    // The page never talks to the network: everything goes through main. `devtools` and data are Chromium's own.
    answer({ cancel: !/^(app|data|blob|devtools|file|chrome-extension):/.test(details.url) })
  })
}

function refused(status: number): Response {
  return new Response(null, { status })
}
