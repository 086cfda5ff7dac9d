import { useState } from 'react'
import { type Answer, QUESTION_IDS, type QuestionId } from '../../electron/contract/independence.ts'
import { answerQuestion } from '../actions.ts'
import { testIds } from '../test-ids.ts'
import { NextChange } from '../ui/NextChange.tsx'
import { Routes } from '../ui/Routes.tsx'
import type { StepParts, StepProps } from './parts.ts'
import './inputs.css'

/** Reads whether blue could be terminated one day without taking data along; where it could not, takes the database out. */
export const independence: StepParts = {
  sentence: ({ release }) =>
    `Signalbox reads how ${release.blue.name} is tied to a database or to anything else that would go with it. A release may only begin where blue can be removed at the end without a loss. Nothing is changed, unless you have the database decoupled here.`,
  Inputs: Before,
  Watch: Questions,
  plan(_view, { preview }, { databasePassword }) {
    if (!preview) return null
    const password = preview.asksPassword && databasePassword !== '' ? databasePassword : null
    return { label: preview.title, lever: { step: 'independence', password }, missing: null, brings: [], grave: true }
  },
}

function Before(props: StepProps) {
  return (
    <>
      <Routes routes={props.view.routes} blue={props.view.release.blue.name} />
      <NextChange preview={props.step.preview} />
      <Questions {...props} />
    </>
  )
}

const QUESTIONS: Readonly<Record<QuestionId, { readonly asks: string; readonly why: string }>> = {
  schema: {
    asks: 'May the old and the new version use the same database at the same time?',
    why: 'Until everybody has moved, both do: a column that one of them misses breaks the other.',
  },
  sessions: {
    asks: 'Are sessions kept outside the instances, or may everybody be signed out?',
    why: 'Whoever moves to green finds none of the sessions that blue keeps in memory.',
  },
  jobs: {
    asks: 'May scheduled jobs run in both environments at the same time?',
    why: 'Green begins its jobs as soon as it runs, not when it takes over.',
  },
  uploads: {
    asks: 'Are uploaded files kept outside the instances?',
    why: 'What lies on blue’s disks is not copied, and goes with it.',
  },
}
const ANSWERS = [
  { value: 'yes', label: 'Yes' },
  { value: 'no', label: 'No' },
  { value: 'does-not-apply', label: 'Does not apply' },
] as const

/** What no API can answer; each answer goes into the journal at once. */
function Questions({ view }: StepProps) {
  // Shown at once: main takes an answer between two turns.
  const [given, setGiven] = useState<Partial<Record<QuestionId, Answer>>>({})
  return (
    <section className="panel inputs" aria-label="What only you can answer">
      <div className="stack-tight">
        <h3 className="title">What only you can answer</h3>
        {QUESTION_IDS.map((id) => (
          <fieldset key={id} className="question">
            <legend>{QUESTIONS[id].asks}</legend>
            <p className="muted small">{QUESTIONS[id].why}</p>
            <div className="row">
              {ANSWERS.map(({ value, label }) => (
                <label key={value} className="question-answer">
                  <input
                    type="radio"
                    name={id}
                    checked={(given[id] ?? view.answers[id]) === value}
                    data-testid={testIds.answer(id, value)}
                    onChange={() => {
                      setGiven({ ...given, [id]: value })
                      void answerQuestion(id, value)
                    }}
                  />
                  {label}
                </label>
              ))}
            </div>
          </fieldset>
        ))}
      </div>
    </section>
  )
}
