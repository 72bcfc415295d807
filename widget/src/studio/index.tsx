/** Starts the studio. */
import { render } from "preact";
import { StaffSession } from "../shared/staff/session";
import { App } from "./app";

const place = document.getElementById("studio");
if (!place) throw new Error("The page has no place for the studio.");
place.replaceChildren();
const session = new StaffSession();
render(<App session={session} />, place);
void session.check();
