/** What all pages of the staff share: the bar on top, and the way in. */
import type { ComponentChildren, JSX } from "preact";
import { Button, Empty, Failed, Loading, Toasts, plainWords, toast } from "../components";
import type { Role } from "../types";
import { LoginPage, SignInAgain } from "./login";
import type { StaffSession } from "./session";

interface Place {
  title: string;
  path: string;
  role: Role | null;
}

const PLACES: readonly Place[] = [
  { title: "Desk", path: "/desk", role: "agent" },
  { title: "Studio", path: "/studio", role: "editor" },
  { title: "Insight", path: "/insight", role: null },
];

export function Brand(): JSX.Element {
  return (
    <span class="s-brand">
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <rect x="2" y="9.5" width="20" height="5" rx="2.5" transform="rotate(-35 12 12)" />
      </svg>
      <span>Baton</span>
    </span>
  );
}

interface TopBarProps {
  session: StaffSession;
  current: string;
  /** Called before signing out; what it rejects with is left aside. */
  onLeave?: () => Promise<void>;
  children?: ComponentChildren;
}

export function TopBar({ session, current, onLeave, children }: TopBarProps): JSX.Element {
  const leave = async (): Promise<void> => {
    await onLeave?.().catch(() => undefined);
    await session.signOut().catch((reason: unknown) => toast(plainWords(reason), { tone: "attention" }));
  };
  return (
    <header class="s-bar">
      <Brand />
      <nav aria-label="Pages">
        {PLACES.filter(({ role }) => role === null || session.may(role)).map(({ title, path }) => (
          <a key={path} href={path} aria-current={title === current ? "page" : undefined}>
            {title}
          </a>
        ))}
      </nav>
      <div class="s-bar-own">{children}</div>
      <div class="s-bar-person">
        <span class="s-bar-name">{session.user.value?.name}</span>
        <Button tone="quiet" small onClick={() => void leave()}>
          Sign out
        </Button>
      </div>
    </header>
  );
}

interface GateProps {
  session: StaffSession;
  page: string;
  role: Role | null;
  children: ComponentChildren;
}

/** Shows the page to whom it is for, and to everybody else what to do. */
export function Gate({ session, page, role, children }: GateProps): JSX.Element {
  const phase = session.phase.value;
  return (
    <>
      {phase === "checking" ? <Loading label="One moment" /> : null}
      {phase === "failed" ? (
        <main class="s-login">
          <Failed error={session.failure.value} onRetry={() => void session.check()} />
        </main>
      ) : null}
      {phase === "out" ? <LoginPage session={session} page={page.toLowerCase()} /> : null}
      {phase === "in" || phase === "expired" ? (
        role && !session.may(role) ? (
          <NotForYou session={session} page={page} role={role} />
        ) : (
          children
        )
      ) : null}
      {phase === "expired" ? <SignInAgain session={session} /> : null}
      <Toasts />
    </>
  );
}

function NotForYou({ session, page, role }: { session: StaffSession; page: string; role: Role }): JSX.Element {
  return (
    <div class="s-page">
      <TopBar session={session} current={page} />
      <main>
        <Empty title={`The ${page.toLowerCase()} is for another role`} icon="person">
          You are signed in as {session.user.value?.email}. This page needs the role {role}; an admin can give it to
          you.
        </Empty>
      </main>
    </div>
  );
}
