import { describe, expect, it, vi } from "vitest";
import { Api, ApiError } from "./api";

function answering(response: Response, options: { token?: () => string | null; onUnauthorized?: () => void } = {}) {
  const send = vi.fn<typeof fetch>(() => Promise.resolve(response));
  return { api: new Api({ ...options, fetch: send }), send };
}
const failed = (status: number, body: string, headers: Record<string, string> = {}) =>
  new Response(body, { status, headers });

describe("Api", () => {
  it("asks with the token and parses the answer", async () => {
    const { api, send } = answering(new Response('{"items":[]}'), { token: () => "secret" });
    expect(await api.get("/help/search", { query: { q: "tent & boots", after: 0, none: null } })).toEqual({
      items: [],
    });
    const [url, init] = send.mock.calls[0] ?? [];
    expect(url).toBe("/api/v1/help/search?q=tent+%26+boots&after=0");
    expect((init?.headers as Record<string, string>)["Authorization"]).toBe("Bearer secret");
  });

  it("throws the server's error in the one form", async () => {
    const body = '{"error":{"code":"already_claimed","message":"Mara has it.","details":{"agent":"Mara"}}}';
    const { api } = answering(failed(409, body));
    const error = await api.post("/agent/conversations/1/claim").catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      status: 409,
      code: "already_claimed",
      message: "Mara has it.",
      details: { agent: "Mara" },
    });
  });

  it("understands a failure that is not in that form", async () => {
    const { api } = answering(failed(502, "<html>Bad gateway</html>"));
    await expect(api.get("/x")).rejects.toMatchObject({ status: 502, code: "http_502", passing: true });
  });

  it("keeps Retry-After", async () => {
    const { api } = answering(failed(429, "{}", { "Retry-After": "12" }));
    await expect(api.get("/x")).rejects.toMatchObject({ retryAfter: 12, passing: true });
  });

  it("tells once that the session is gone", async () => {
    const onUnauthorized = vi.fn();
    const { api } = answering(failed(401, "{}"), { onUnauthorized });
    await expect(api.get("/x")).rejects.toBeInstanceOf(ApiError);
    expect(onUnauthorized).toHaveBeenCalledTimes(1);
  });

  it("names an unreachable server", async () => {
    const api = new Api({ fetch: () => Promise.reject(new TypeError("Failed to fetch")) });
    await expect(api.get("/x")).rejects.toMatchObject({ status: 0, code: "unreachable", passing: true });
  });

  it("carries versions both ways", async () => {
    const { api, send } = answering(new Response('{"title":"Tents"}', { headers: { ETag: '"7"' } }));
    expect(await api.versioned("/studio/articles/tents")).toEqual({ value: { title: "Tents" }, version: '"7"' });
    send.mockResolvedValueOnce(new Response(null, { status: 204 }));
    expect(await api.put("/studio/articles/tents", {}, { ifMatch: '"7"' })).toBeUndefined();
    expect(send.mock.calls[1]?.[1]?.headers).toMatchObject({ "If-Match": '"7"', "Content-Type": "application/json" });
  });
});
