import { type Answer, QUESTION_IDS, type QuestionId } from '../contract/independence.ts'
import { type Gate } from '../contract/models.ts'
import type { ReleaseState } from './state.ts'
import { evidence, gate } from './step.ts'

const SUBJECTS: Readonly<Record<QuestionId, string>> = {
  schema: 'the database schema',
  sessions: 'sessions',
  jobs: 'scheduled jobs',
  uploads: 'uploaded files',
}
const SAID: Readonly<Record<Answer, string>> = { yes: 'yes', no: 'no', 'does-not-apply': 'does not apply' }

/** What no API can tell must be answered by somebody who knows; a no closes the gate until a reason is given. */
export function questionsGate(state: ReleaseState): Gate {
  const id = 'questions'
  const title = 'What no API can tell was answered'
  const open = QUESTION_IDS.filter((question) => state.answers[question] === undefined)
  const risky = QUESTION_IDS.filter((question) => state.answers[question]?.answer === 'no')
  const seen = QUESTION_IDS.flatMap((question) => {
    const given = state.answers[question]
    return given ? [evidence('operator', given.at, `${SUBJECTS[question]}: ${SAID[given.answer]}`)] : []
  })
  if (open.length > 0) {
    const names = open.map((question) => SUBJECTS[question]).join(', ')
    return gate(id, title, 'waiting', `Not answered yet: ${names}.`, seen, {
      remedy: 'Answer them above; ask whoever wrote the application where you do not know.',
    })
  }
  if (risky.length === 0)
    return gate(id, title, 'passed', 'Both versions may run side by side.', seen, { waivable: true })
  return gate(
    id,
    title,
    'failed',
    `Both versions run side by side for a while, and that is not safe for ${risky.map((question) => SUBJECTS[question]).join(', ')}.`,
    seen,
    { waivable: true, remedy: 'Have it made safe first, or say why it may be risked this time.' },
  )
}
