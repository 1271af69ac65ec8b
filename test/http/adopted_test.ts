import { assertEquals } from "#assert";
import { Worker } from "node:worker_threads";
import { adopt } from "../../http/adopted.ts";
import { runtime, test } from "../support/harness.ts";
import type { Way } from "./adopted_worker.ts";
import { get, talk } from "./talk.ts";

test("adopt() leaves Request and Response unnamed until somebody looks for what only those have", async (t) => {
  let named = 0;
  const { Request: Platform } = globalThis;
  for (const name of ["Request", "Response"] as const) {
    const before = Object.getOwnPropertyDescriptor(globalThis, name) ?? {};
    const { [name]: value } = globalThis;
    const get = () => {
      named++;
      return value;
    };
    Object.defineProperty(globalThis, name, { configurable: true, get });
    t.defer(() => void Object.defineProperty(globalThis, name, before));
  }
  const looks = [
    ({ method, url }: Request) => `${method} ${url}`,
    (request: Request) => String(request instanceof Platform),
    (request: Request) => String("mode" in request),
    (request: Request) => Object.prototype.toString.call(request),
  ];
  const answers: string[] = [];
  for (const look of looks) {
    answers.push(
      await talk(get(), (request) => ({ body: look(request) }), { adoptGlobals: false }),
    );
    if (answers.length === 1) assertEquals(named, 0);
  }
  const bodies = answers.map((answer) => answer.split("\r\n\r\n")[1]);
  assertEquals(bodies, ["GET http://ferris/", "true", "true", "[object Request]"]);
});

/** What was found in a thread whose globals nobody has touched before. */
async function found(way: Way): Promise<Record<string, unknown>> {
  const worker = new Worker(new URL("adopted_worker.ts", import.meta.url), { workerData: way });
  try {
    return await new Promise((resolve, reject) => {
      worker.on("message", resolve);
      worker.on("error", reject);
    });
  } finally {
    await worker.terminate();
  }
}

const ANSWERED = {
  "/text": "200 ok",
  "/early": "200 ok",
  "/extended": "200 ok",
  "/json": '200 {"a":1}',
  "/body": "200 ok",
  "/clone": "200 ok",
  "/cloned": "200 ok",
  "/is": "200",
  "/copy": "200 ok",
};

test("adopt() replaces three globals by what nobody can tell from them, classes made before included", async () => {
  assertEquals(await found("adopted"), {
    answered: ANSWERED,
    replaced: [true, true, true],
    json: true,
    // Those of the one platform where a Response is made later.
    methods: runtime === "node",
    same: true,
    related: true,
  });
});

test("adopt() leaves the globals alone when it is told to, or has to: all works but new Request(request)", async () => {
  const { "/copy": _copy, ...answered } = ANSWERED;
  const replaced = [false, false, false];
  const left = { answered, replaced, json: false, methods: false, same: true, related: true };
  for (const way of ["left", "frozen"] as const) assertEquals(await found(way), left, way);
});

test("adopt() is done once, however often it is called", () => {
  adopt(true);
  const { Request: first, Response: second, fetch: third } = globalThis;
  adopt(false);
  adopt(true);
  assertEquals([first === Request, second === Response, third === fetch], [true, true, true]);
});
