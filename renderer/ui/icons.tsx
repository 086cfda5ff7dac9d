import type { ReactNode } from 'react'

/** The product's mark: two lanes and the points between them. */
export function Mark() {
  return (
    <svg
      width="22"
      height="22"
      viewBox="0 0 22 22"
      aria-hidden="true"
      fill="none"
      strokeWidth="2.4"
      strokeLinecap="round"
    >
      <path d="M2 6h18" stroke="#62a8ff" />
      <path d="M2 16h18" stroke="#4ecb7c" />
      <path d="M6 6c4.5 0 5.5 10 10 10" stroke="#ffffff" />
    </svg>
  )
}

export function SunIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.400M11.6 11.6 13 13M13 3l-1.4 1.400M4.4 11.6 3 13" />
    </Icon>
  )
}

export function MoonIcon() {
  return (
    <Icon>
      <path d="M13.5 9.600A6 6 0 0 1 6.4 2.500a6 6 0 1 0 7.1 7.100Z" />
    </Icon>
  )
}

export function HelpIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="6.5" />
      <path d="M6.2 6.200a1.9 1.9 0 1 1 2.6 1.800c-.5.2-.8.6-.8 1.200M8 11.500v.1" />
    </Icon>
  )
}

export function TickIcon() {
  return (
    <Icon>
      <path d="m3.5 8.5 3 3 6-7" />
    </Icon>
  )
}

export function CrossIcon() {
  return (
    <Icon>
      <path d="m4 4 8 8M12 4l-8 8" />
    </Icon>
  )
}

export function QuestionIcon() {
  return (
    <Icon>
      <path d="M5.6 5.700a2.5 2.5 0 1 1 3.4 2.300c-.7.3-1 .8-1 1.600M8 12.500v.1" />
    </Icon>
  )
}

export function ClockIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="5.5" />
      <path d="M8 5v3.200l2 1.3" />
    </Icon>
  )
}

export function LockIcon() {
  return (
    <Icon>
      <rect x="3" y="7" width="10" height="7" rx="1.5" />
      <path d="M5 7V5a3 3 0 0 1 6 0v2" />
    </Icon>
  )
}

export function UnlockedIcon() {
  return (
    <Icon>
      <rect x="3" y="7" width="10" height="7" rx="1.5" />
      <path d="M5 7V5a3 3 0 0 1 5.8-1" />
    </Icon>
  )
}

export function ChevronIcon() {
  return (
    <Icon>
      <path d="m5 6 3 3.500L11 6" />
    </Icon>
  )
}

export function PeopleIcon() {
  return (
    <Icon>
      <circle cx="5.5" cy="5" r="2.2" />
      <path d="M1.5 13c0-2.6 1.8-4 4-4s4 1.4 4 4" />
      <path d="M10 3.200a2.2 2.2 0 0 1 0 3.800M11.5 9.400c1.8.4 3 1.7 3 3.6" />
    </Icon>
  )
}

export function GlobeIcon() {
  return (
    <Icon>
      <circle cx="8" cy="8" r="6.2" />
      <path d="M1.8 8h12.400M8 1.800c4 3.4 4 9 0 12.400M8 1.800c-4 3.4-4 9 0 12.4" />
    </Icon>
  )
}

/** Icons are decoration beside words that say the same. */
function Icon({ children }: { readonly children: ReactNode }) {
  return (
    <svg
      className="icon"
      width="16"
      height="16"
      viewBox="0 0 16 16"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.8"
      strokeLinecap="round"
      strokeLinejoin="round"
    >
      {children}
    </svg>
  )
}
