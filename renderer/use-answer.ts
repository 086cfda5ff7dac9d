import { useCallback, useEffect, useState } from 'react'
import type { CallName, Input, Output } from '../electron/contract/contract.ts'
import { type Problem, problemOf } from '../electron/contract/problem.ts'
import { call } from './main-process.ts'

export type Answer<T> =
  | { readonly status: 'loading' }
  | { readonly status: 'failed'; readonly problem: Problem }
  | { readonly status: 'here'; readonly value: T }

/** What main answers to a question that a screen asks when it appears, and a way to ask again. */
export function useAnswer<Name extends CallName>(
  name: Name,
  input: Input<Name>,
): readonly [Answer<Output<Name>>, () => void] {
  const [answer, setAnswer] = useState<Answer<Output<Name>>>({ status: 'loading' })
  const [times, setTimes] = useState(0)
  const asked = JSON.stringify(input)
  useEffect(() => {
    let wanted = true
    setAnswer({ status: 'loading' })
    call(name, input).then(
      (value) => wanted && setAnswer({ status: 'here', value }),
      (thrown: unknown) => wanted && setAnswer({ status: 'failed', problem: problemOf(thrown) }),
    )
    return () => {
      wanted = false
    }
    // The input is compared by what it says, not by its identity; asking again counts up.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [name, asked, times])
  return [answer, useCallback(() => setTimes((count) => count + 1), [])]
}
