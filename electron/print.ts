import { randomUUID } from 'node:crypto'
import { BrowserWindow, type Session, session } from 'electron'
import { ORIGIN } from './protocol.ts'

/** Pages that wait to be printed, by their path; they live in memory only. */
const pages = new Map<string, string>()

/** Prints a page that needs nothing but itself: A4, with page numbers. Its window is never seen, and gone afterwards. */
export async function printPdf(html: string): Promise<Buffer> {
  const path = `/${randomUUID()}.html`
  pages.set(path, html)
  const window = new BrowserWindow({
    show: false,
    webPreferences: {
      session: printingSession(),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      javascript: false,
      spellcheck: false,
    },
  })
  try {
    await window.loadURL(`${ORIGIN}${path}`)
    return await window.webContents.printToPDF({
      pageSize: 'A4',
      printBackground: true,
      preferCSSPageSize: true,
      displayHeaderFooter: true,
      headerTemplate: '<span></span>',
      footerTemplate: FOOTER,
      generateTaggedPDF: true,
      generateDocumentOutline: true,
    })
  } finally {
    pages.delete(path)
    window.destroy()
  }
}

const FOOTER =
  '<div style="width:100%;padding:0 15mm;font:7.5pt Arial,sans-serif;color:#58626f;display:flex;justify-content:space-between"><span class="title"></span><span><span class="pageNumber"></span> / <span class="totalPages"></span></span></div>'

/** A session of its own, in memory, that can reach the waiting pages and nothing else. */
function printingSession(): Session {
  const printing = session.fromPartition('printing')
  if (printing.protocol.isProtocolHandled('app')) return printing
  printing.protocol.handle('app', (request) => {
    const page = pages.get(new URL(request.url).pathname)
    return page === undefined
      ? new Response(null, { status: 404 })
      : new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } })
  })
  printing.setPermissionRequestHandler((_contents, _permission, answer) => answer(false))
  printing.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !details.url.startsWith(`${ORIGIN}/`) }))
  return printing
}
