import { contextBridge, ipcRenderer } from 'electron'
import { type Bridge, CHANNEL_PREFIX, EVENT_CHANNEL } from './contract/bridge.ts'

const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke(CHANNEL_PREFIX + name, input),
  listen(listener) {
    const heard = (_event: unknown, name: string, payload: unknown) => listener(name, payload)
    ipcRenderer.on(EVENT_CHANNEL, heard)
    return () => ipcRenderer.off(EVENT_CHANNEL, heard)
  },
}

contextBridge.exposeInMainWorld('signalbox', bridge)
