import './cname.css'

/** A CNAME that breaks between its labels, and inside one only where a label alone is too long for the line. */
export function Cname({ name }: { readonly name: string }) {
  // The registered domain stays in one piece: “com” alone on a line reads like a mistake.
  const labels = name.split(/\.(?=.*\..*\.|.*\.[^.]*$)/)
  return (
    <span className="cname">
      {labels.map((label, index) => (
        // Labels have no identity but their place.
        <span className="cname-label" key={index}>
          {label}
          {index < labels.length - 1 && '.'}
        </span>
      ))}
    </span>
  )
}
