import type { Bridge } from '../../../electron/contract/bridge.ts'
import { fakeBridge } from './fake-bridge.ts'

const fixture = new URLSearchParams(location.search).get('fixture') ?? 'connect'
const bridge: Bridge = fakeBridge(fixture)
Object.defineProperty(window, 'signalbox', { value: bridge })

await import('../../../renderer/main.tsx')
