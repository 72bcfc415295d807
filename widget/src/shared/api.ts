/** Typed HTTP under `/api/v1`: one error form, one answer to a lost session, `If-Match` for writes. */

export interface ErrorBody {
  code: string;
  message: string;
  details: Record<string, unknown>;
}

/** Any answer that is not a success, and any request that got none (`status` 0, code `unreachable`). */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: Record<string, unknown>;
  readonly retryAfter: number | null;

  constructor(status: number, body: ErrorBody, retryAfter: number | null = null) {
    super(body.message);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code;
    this.details = body.details;
    this.retryAfter = retryAfter;
  }

  /** True when the same request may succeed later without being changed. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface ApiOptions {
  base?: string;
  /** Read before every request; null sends none, so that the cookie counts. */
  token?: () => string | null;
  /** Called once per answer 401, before the error is thrown. */
  onUnauthorized?: () => void;
  fetch?: typeof fetch;
}

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  body?: unknown;
  query?: Record<string, string | number | boolean | null | undefined>;
  /** The version that was read; a stale one is answered with 412. */
  ifMatch?: string;
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** An answer with the version (`ETag`) that a later write has to name. */
export interface Versioned<Value> {
  value: Value;
  version: string | null;
}

export class Api {
  private readonly options: ApiOptions;

  constructor(options: ApiOptions = {}) {
    this.options = options;
  }

  get<Value>(path: string, options: Omit<RequestOptions, "method" | "body"> = {}): Promise<Value> {
    return this.json<Value>(path, { ...options, method: "GET" });
  }
  post<Value>(path: string, body?: unknown, options: RequestOptions = {}): Promise<Value> {
    return this.json<Value>(path, { ...options, method: "POST", body });
  }
  put<Value>(path: string, body?: unknown, options: RequestOptions = {}): Promise<Value> {
    return this.json<Value>(path, { ...options, method: "PUT", body });
  }
  delete<Value>(path: string, options: RequestOptions = {}): Promise<Value> {
    return this.json<Value>(path, { ...options, method: "DELETE" });
  }

  /** The parsed body; `undefined` where the answer has none. */
  async json<Value>(path: string, options: RequestOptions = {}): Promise<Value> {
    return (await this.versioned<Value>(path, options)).value;
  }

  async versioned<Value>(path: string, options: RequestOptions = {}): Promise<Versioned<Value>> {
    const response = await this.request(path, options);
    const text = await response.text();
    const value = (text === "" ? undefined : JSON.parse(text)) as Value;
    return { value, version: response.headers.get("ETag") };
  }

  /** The answer as it came, for downloads; failures are thrown as everywhere. */
  async request(path: string, options: RequestOptions = {}): Promise<Response> {
    const send = this.options.fetch ?? fetch;
    let response: Response;
    try {
      response = await send(this.address(path, options.query), this.init(options));
    } catch (reason) {
      if (options.signal?.aborted) throw reason;
      throw new ApiError(0, { code: "unreachable", message: "There is no connection right now.", details: {} });
    }
    if (response.ok) return response;
    if (response.status === 401) this.options.onUnauthorized?.();
    throw await failure(response);
  }

  private address(path: string, query: RequestOptions["query"] = {}): string {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) {
      if (value !== null && value !== undefined) parameters.set(name, String(value));
    }
    const tail = parameters.toString();
    return `${this.options.base ?? "/api/v1"}${path}${tail ? `?${tail}` : ""}`;
  }

  private init(options: RequestOptions): RequestInit {
    const headers: Record<string, string> = { Accept: "application/json", ...options.headers };
    const token = this.options.token?.();
    if (token) headers["Authorization"] = `Bearer ${token}`;
    if (options.ifMatch) headers["If-Match"] = options.ifMatch;
    const init: RequestInit = { method: options.method ?? "GET", headers, credentials: "same-origin" };
    if (options.body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(options.body);
    }
    if (options.signal) init.signal = options.signal;
    return init;
  }
}

async function failure(response: Response): Promise<ApiError> {
  const seconds = Number(response.headers.get("Retry-After"));
  const retryAfter = Number.isFinite(seconds) && seconds > 0 ? seconds : null;
  return new ApiError(response.status, await errorBody(response), retryAfter);
}

async function errorBody(response: Response): Promise<ErrorBody> {
  try {
    const body = (await response.json()) as { error?: Partial<ErrorBody> };
    if (body.error?.code) {
      return { code: body.error.code, message: body.error.message ?? "", details: body.error.details ?? {} };
    }
  } catch {
    // A proxy in between answers in its own form; the status is all that is known.
  }
  return { code: `http_${response.status}`, message: "The server could not do that.", details: {} };
}
