import { type RefObject, useEffect, useRef } from 'react'

/**
 * Scrolls the step to an element whenever `key` becomes another one that is not null, where it cannot be seen. The keyboard stays where
 * it is, and whoever types in a field is not moved before they have left it.
 */
export function useBroughtIntoView(key: string | null): RefObject<HTMLDivElement | null> {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (key === null) return
    const bring = () => bringIntoView(element.current)
    if (!isTyping()) {
      bring()
      return
    }
    document.addEventListener('focusout', bring, { once: true })
    return () => document.removeEventListener('focusout', bring)
  }, [key])
  return element
}

function isTyping(): boolean {
  return document.activeElement?.matches('input, textarea, [contenteditable="true"]') ?? false
}

function bringIntoView(element: HTMLElement | null): void {
  const frame = element?.closest('.step-scroll')
  if (!element || !frame) return
  const [own, seen] = [element.getBoundingClientRect(), frame.getBoundingClientRect()]
  // By hand: the browser's own way would scroll the whole window, too.
  if (own.top < seen.top || own.bottom > seen.bottom) frame.scrollTop += own.top - seen.top - 16
}
