import { useEffect, useRef, useState } from 'react'
import { toggleHelp } from '../actions.ts'
import { shownStepOf } from '../roles.ts'
import { useSignalbox } from '../store.ts'
import { testIds } from '../test-ids.ts'
import { CrossIcon } from '../ui/icons.tsx'
import { type Topic, topics } from './topics.ts'
import './help-panel.css'

/** Explains what is on the screen to someone who has never done a release, and what lies behind it to those who ask. */
export function HelpPanel() {
  const screen = useSignalbox(topicOf)
  const [opened, setOpened] = useState<{ readonly on: Topic; readonly page: Topic } | null>(null)
  // Whoever goes on to another screen is helped with that one.
  const topic = opened?.on === screen ? opened.page : screen
  const panel = useRef<HTMLElement>(null)
  const isBehind = topic !== screen
  useEffect(() => {
    const { current } = panel
    if (!current) return
    current.scrollTop = 0
    // What was clicked is gone: the keyboard goes on with the new page.
    if (isBehind) current.querySelector<HTMLElement>('.help-more')?.focus()
  }, [isBehind])
  const { title, what, why, wrong, look, more = [] } = topics[topic]
  return (
    <aside ref={panel} className="help" aria-label="Help" data-testid={testIds.helpPanel} data-topic={topic}>
      {isBehind && (
        <button type="button" className="help-more" onClick={() => setOpened(null)}>
          ← {topics[screen].title}
        </button>
      )}
      <header className="help-head">
        <h2 className="title">{title}</h2>
        <button type="button" className="help-close" aria-label="Close help" onClick={toggleHelp}>
          <CrossIcon />
        </button>
      </header>
      <h3>What happens</h3>
      {what.map((text) => (
        <p key={text}>{text}</p>
      ))}
      <h3>Why</h3>
      <p>{why}</p>
      <h3>What can go wrong</h3>
      <dl>
        {wrong.map(([sign, answer]) => (
          <div key={sign}>
            <dt>{sign}</dt>
            <dd>{answer}</dd>
          </div>
        ))}
      </dl>
      <h3>What to look at</h3>
      <ul>
        {look.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ul>
      {more.length > 0 && <h3>Read more</h3>}
      {more.map((page) => (
        <button
          key={page}
          type="button"
          className="help-more"
          data-testid={testIds.helpMore(page)}
          onClick={() => setOpened({ on: screen, page })}
        >
          {topics[page].title}
        </button>
      ))}
    </aside>
  )
}

function topicOf({ screen, view, shownStep }: ReturnType<typeof useSignalbox.getState>): Topic {
  switch (screen) {
    case 'starting':
    case 'connect':
      return 'connect'
    case 'releases':
      return 'releases'
    case 'choose':
      return 'choose'
    case 'release': {
      if (view === null) return 'releases'
      if (view.release.outcome !== null && shownStep === null) return 'outcome'
      const step = shownStepOf(view, shownStep).id
      if (step === 'independence' && view.routes?.chosen === 'decouple-later') return 'decouple-later'
      return view.release.track === 'rollback' && (step === 'swap' || step === 'propagation' || step === 'retire')
        ? `rollback-${step}`
        : step
    }
  }
}
