/** Signing in, as a page of its own or over a page whose session has run out. */
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApiError } from "../api";
import { Button, Field, plainWords } from "../components";
import { Brand } from "./frame";
import type { StaffSession } from "./session";

export function LoginPage({ session, page }: { session: StaffSession; page: string }): JSX.Element {
  return (
    <main class="s-login">
      <div class="s-login-card">
        <Brand />
        <h1>Sign in to the {page}</h1>
        <LoginForm session={session} />
      </div>
    </main>
  );
}

/** Covers the page, so that what was written there is still there afterwards. */
export function SignInAgain({ session }: { session: StaffSession }): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => element.current?.showModal(), []);
  return (
    <dialog ref={element} class="b-dialog" aria-labelledby="again" onCancel={(event) => event.preventDefault()}>
      <div class="b-dialog-body">
        <h2 id="again">Sign in again</h2>
        <p class="b-muted">Your session has ended. Nothing you wrote here is lost.</p>
        <LoginForm session={session} email={session.user.value?.email ?? ""} />
      </div>
    </dialog>
  );
}

function LoginForm({ session, email: known = "" }: { session: StaffSession; email?: string }): JSX.Element {
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [wait, setWait] = useWait();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => form.current?.querySelector<HTMLElement>(`[type=${known ? "password" : "email"}]`)?.focus(), []);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!email.trim() || !password) return setProblem("Enter your e-mail address and your password.");
    setBusy(true);
    setProblem(null);
    try {
      await session.signIn(email, password);
    } catch (reason) {
      if (reason instanceof ApiError && reason.status === 429) setWait(Math.ceil(reason.retryAfter ?? 60));
      else setProblem(wordsFor(reason));
      setBusy(false);
    }
  };
  return (
    <form class="s-login-form" ref={form} onSubmit={(event) => void submit(event)} noValidate>
      <Field
        label="E-mail"
        type="email"
        name="email"
        autocomplete="username"
        value={email}
        onInput={(event) => setEmail(event.currentTarget.value)}
      />
      <Field
        label="Password"
        type="password"
        name="password"
        autocomplete="current-password"
        value={password}
        onInput={(event) => setPassword(event.currentTarget.value)}
      />
      {problem || wait > 0 ? (
        <p class="s-login-problem" role="alert">
          {wait > 0 ? "Too many tries. You can try again soon." : problem}
        </p>
      ) : null}
      <Button type="submit" tone="primary" busy={busy} disabled={wait > 0}>
        {wait > 0 ? `Try again in ${wait} s` : "Sign in"}
      </Button>
    </form>
  );
}

/** Seconds that run down to 0. */
function useWait(): [number, (seconds: number) => void] {
  const [seconds, setSeconds] = useState(0);
  useEffect(() => {
    if (seconds <= 0) return;
    const timer = setTimeout(() => setSeconds(seconds - 1), 1000);
    return () => clearTimeout(timer);
  }, [seconds]);
  return [seconds, setSeconds];
}

function wordsFor(reason: unknown): string {
  if (reason instanceof ApiError && reason.status === 401) return "E-mail address or password is wrong.";
  return plainWords(reason);
}
