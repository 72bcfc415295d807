/** Above the first message: what this is for, and the way to the help pages. */
import type { JSX } from "preact";
import { Icon } from "../shared/components";
import { texts } from "./texts";

export function Welcome({ onHelp }: { onHelp: () => void }): JSX.Element {
  return (
    <section class="p-welcome">
      <h2>{texts.welcomeTitle}</h2>
      <p class="b-muted">{texts.welcomeText}</p>
      <button type="button" class="p-search p-search-button" onClick={onHelp}>
        <Icon name="search" />
        {texts.helpLabel}
      </button>
    </section>
  );
}
