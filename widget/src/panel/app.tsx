/** The panel's frame: header, strips, log or help, message field. */
import { type Signal, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { View } from "../shared/bridge";
import { Button, Dialog, Toasts } from "../shared/components";
import type { Chat } from "./chat";
import type { Composer } from "./composer-state";
import { ComposerView } from "./composer-view";
import { Contact } from "./contact";
import { Feedback } from "./feedback";
import { Header } from "./header";
import { Help } from "./help";
import { LogView } from "./log-view";
import { Strips } from "./strips";
import { texts } from "./texts";
import { Welcome } from "./welcome";

export interface AppProps {
  chat: Chat;
  composer: Composer;
  /** The shop's name. */
  name: Signal<string>;
  view: Signal<View>;
  /** The panel is open and the page is looked at. */
  visible: Signal<boolean>;
  sound: Signal<boolean>;
  closable: boolean;
  onClose: () => void;
}

export function App({ chat, composer, name, view, visible, sound, closable, onClose }: AppProps): JSX.Element {
  const ending = useSignal(false);
  const toConversation = (): void => {
    view.value = "conversation";
    composer.focus();
  };
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== "Escape" || event.defaultPrevented || ending.peek()) return;
      if (view.peek() === "help") toConversation();
      else onClose();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  const onHelp = (): void => void (view.value = "help");
  const onAsk = (words: string): void => {
    composer.fill(words);
    toConversation();
  };
  return (
    <main class="p-panel">
      <Header {...{ chat, sound, closable, onClose, onHelp }} name={name.value} onEnd={() => (ending.value = true)} />
      <Strips chat={chat} />
      {view.value === "help" ? (
        <Help api={chat.api} first="" onBack={toConversation} onAsk={onAsk} />
      ) : (
        <>
          <LogView
            {...{ chat, composer }}
            visible={visible.value}
            before={chat.hasWritten.value ? null : <Welcome onHelp={onHelp} />}
            after={
              <>
                <Contact chat={chat} />
                <Feedback chat={chat} />
              </>
            }
          />
          <ComposerView {...{ chat, composer }} onSent={() => composer.focus()} />
        </>
      )}
      {ending.value ? <EndDialog chat={chat} onClose={() => (ending.value = false)} /> : null}
      <Toasts />
    </main>
  );
}

function EndDialog({ chat, onClose }: { chat: Chat; onClose: () => void }): JSX.Element {
  const end = (): void => {
    chat.end();
    onClose();
  };
  return (
    <Dialog
      title={texts.endTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{texts.keep}</Button>
          <Button tone="primary" onClick={end}>
            {texts.end}
          </Button>
        </>
      }
    >
      <p>{texts.endText}</p>
    </Dialog>
  );
}
