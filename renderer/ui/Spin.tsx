import './spin.css'

/** A small turning ring: something is under way, as the words beside it say. */
export function Spin() {
  return <span className="spin" aria-hidden="true" />
}
