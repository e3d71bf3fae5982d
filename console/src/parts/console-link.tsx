import Link, { type LinkProps } from "@cloudscape-design/components/link";
import type { ReactNode } from "react";
import { useLocation } from "wouter";

interface ConsoleLinkProps {
  /** Below `/console`, as `/traces/1-…`. */
  readonly to: string;
  readonly children: ReactNode;
  readonly variant?: LinkProps.Variant;
  readonly ariaLabel?: string;
}

/** A link to another page of the console. It is followed without loading anything anew, which would forget who looks. */
export function ConsoleLink({ to, children, variant, ariaLabel }: ConsoleLinkProps) {
  const [, navigate] = useLocation();
  return (
    <Link
      href={`/console${to}`}
      {...(variant && { variant })}
      {...(ariaLabel !== undefined && { ariaLabel })}
      onFollow={(event) => {
        event.preventDefault();
        navigate(to);
      }}
    >
      {children}
    </Link>
  );
}
