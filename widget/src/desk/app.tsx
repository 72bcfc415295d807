/** The desk's page: list, conversation, context; what is too narrow for three columns shows one or two of them. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Empty, Icon } from "../shared/components";
import { Gate, TopBar } from "../shared/staff/frame";
import type { StaffSession } from "../shared/staff/session";
import type { KeyValueStore } from "../shared/storage";
import { Context } from "./context";
import { Conversation } from "./conversation";
import { Desk } from "./desk";
import { useKeys } from "./keys";
import { List } from "./list";
import { PresenceBanner, PresenceSwitch } from "./presence";
import { Shortcuts } from "./shortcuts";
import { newWork } from "./work";

export function App({ session, store }: { session: StaffSession; store: KeyValueStore }): JSX.Element {
  return (
    <Gate session={session} page="Desk" role="agent">
      <Floor session={session} store={store} />
    </Gate>
  );
}

function Floor({ session, store }: { session: StaffSession; store: KeyValueStore }): JSX.Element {
  const desk = useMemo(() => new Desk(session, store), [session, store]);
  const work = useMemo(() => newWork(), []);
  const [help, setHelp] = useState(false);
  const [context, setContext] = useState(false);
  useStart(desk);
  useTitle(desk);
  useKeys(desk, work, { help: () => setHelp(true), context: () => setContext((shown) => !shown) });
  const open = desk.open.value;
  const columns = `d-floor${open ? " d-floor-open" : ""}${context && open ? " d-floor-context" : ""}`;
  return (
    <div class="d-page">
      <TopBar
        session={session}
        current="Desk"
        onLeave={async () => {
          await desk.setPresence("offline");
          desk.stop();
        }}
      >
        <PresenceSwitch desk={desk} onHelp={() => setHelp(true)} />
      </TopBar>
      <div class="d-banners">
        <LineBanner desk={desk} />
        <PresenceBanner desk={desk} />
      </div>
      <div class={columns}>
        <List desk={desk} work={work} />
        {open ? (
          <Conversation key={open.id} desk={desk} talk={open} work={work} onContext={() => setContext(!context)} />
        ) : (
          <main class="d-main">
            <h1 class="b-hidden-text">Desk</h1>
            <Empty title="No conversation open">
              Choose one from the list, or press <kbd>j</kbd> for the first. <kbd>?</kbd> shows all keys.
            </Empty>
          </main>
        )}
        {open ? <Context key={open.id} desk={desk} talk={open} onClose={() => setContext(false)} /> : null}
      </div>
      {help ? <Shortcuts desk={desk} onClose={() => setHelp(false)} /> : null}
    </div>
  );
}

/** Says that what is shown may be old, and that nothing written is lost. */
function LineBanner({ desk }: { desk: Desk }): JSX.Element | null {
  const status = desk.status.value;
  const lost = status === "offline" || status === "refused";
  return (
    <div role="status">
      {lost ? (
        <p class="d-banner d-banner-attention">
          <Icon name="wifi" />
          {status === "refused"
            ? "The server ended the connection. Reload the page to go on."
            : "No connection. What you write is kept and sent as soon as it is back."}
        </p>
      ) : null}
    </div>
  );
}

function useStart(desk: Desk): void {
  const phase = desk.session.phase.value;
  const before = useRef(phase);
  useEffect(() => {
    desk.start();
    const follow = (): void => desk.select(location.hash.slice(1) || null);
    follow();
    window.addEventListener("hashchange", follow);
    return () => {
      window.removeEventListener("hashchange", follow);
      desk.stop();
    };
  }, [desk]);
  useEffect(() => {
    if (before.current === "expired" && phase === "in") desk.resume();
    before.current = phase;
  }, [phase, desk]);
}

function useTitle(desk: Desk): void {
  const waiting = desk.waiting.value;
  const unread = desk.mine.value.filter((row) => row.unread > 0).length;
  useEffect(() => {
    document.title = waiting + unread > 0 ? `(${waiting + unread}) Desk` : "Desk";
  }, [waiting, unread]);
}
