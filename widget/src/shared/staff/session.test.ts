import { describe, expect, it } from "vitest";
import { StaffSession } from "./session";

const sam = { id: "1", name: "Sam", email: "sam@example.com", role: "agent" };
const json = (status: number, body: unknown): Response => new Response(JSON.stringify(body), { status });
const refused = (status: number): Response => json(status, { error: { code: "x", message: "No.", details: {} } });

function session(...answers: (Response | Error)[]): StaffSession {
  const answer = (): Promise<Response> => {
    const next = answers.shift() ?? refused(500);
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
  };
  return new StaffSession({ fetch: answer as typeof fetch });
}

describe("StaffSession", () => {
  it("asks who it is, and shows the way in when it is nobody", async () => {
    const known = session(json(200, sam));
    await known.check();
    expect([known.phase.value, known.user.value?.name]).toEqual(["in", "Sam"]);
    const unknown = session(refused(401));
    await unknown.check();
    expect(unknown.phase.value).toBe("out");
  });

  it("tells a server that cannot be reached from one that does not know us", async () => {
    const lost = session(new TypeError("no line"));
    await lost.check();
    expect(lost.phase.value).toBe("failed");
  });

  it("keeps the page when the session ends in the middle of work", async () => {
    const here = session(json(200, sam), refused(401), json(200, { user: sam }));
    await here.check();
    await expect(here.api.get("/agent/conversations")).rejects.toMatchObject({ status: 401 });
    expect([here.phase.value, here.user.value?.name]).toEqual(["expired", "Sam"]);
    await here.signIn("sam@example.com", "right");
    expect(here.phase.value).toBe("in");
  });

  it("stays out after a wrong password", async () => {
    const here = session(refused(401), refused(401));
    await here.check();
    await expect(here.signIn("sam@example.com", "wrong")).rejects.toMatchObject({ status: 401 });
    expect(here.phase.value).toBe("out");
  });

  it("lets an admin do everything, and others what their role says", async () => {
    const here = session(json(200, sam));
    await here.check();
    expect([here.may("agent"), here.may("editor")]).toEqual([true, false]);
    const admin = session(json(200, { ...sam, role: "admin" }));
    await admin.check();
    expect([admin.may("agent"), admin.may("editor")]).toEqual([true, true]);
  });
});
