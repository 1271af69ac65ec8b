import { assert, assertEquals, assertRejects, assertThrows } from "#assert";
import { test } from "../support/harness.ts";
import { chunked, get, post, talk } from "./talk.ts";

/** What `look` finds in a request. */
async function seen<T>(input: string, look: (request: Request) => Promise<T> | T): Promise<T> {
  const found: T[] = [];
  const answers = await talk(input, async (request) => {
    found.push(await look(request));
    return { body: "ok" };
  }, {
    onRequestError: (error) => {
      throw error;
    },
  });
  assert(answers.includes(" 200 OK"), answers);
  return found[0] as T;
}

test("LazyRequest is a Request to look at", async () => {
  const fields = "X-A: 1\r\nx-a: 2\r\n__proto__: z\r\nContent-Type: a/b\r\n";
  await seen(post("abc", fields), (request) => {
    assert(request instanceof Request);
    const { method, url, headers, bodyUsed, redirect, signal } = request;
    assertEquals([method, url, bodyUsed, redirect], ["POST", "http://ferris/", false, "follow"]);
    assertEquals([headers.get("X-A"), headers.get("__proto__"), headers.get("content-type")], [
      "1, 2",
      "z",
      "a/b",
    ]);
    assert(signal instanceof AbortSignal && !signal.aborted && request.signal === signal);
    assert(request.headers === headers && request.body === request.body);
    assertEquals(Object.prototype.toString.call(request), "[object Request]");
  });
});

test("LazyRequest reads its body in every way, once", async () => {
  const json = '{"a":"\u00c3\u00a9"}';
  assertEquals(await seen(post(json), (request) => request.text()), '{"a":"\u00e9"}');
  assertEquals(await seen(post(json), (request) => request.json()), { a: "\u00e9" });
  assertEquals(
    await seen(post("ab"), async (request) => new Uint8Array(await request.arrayBuffer())),
    Uint8Array.of(97, 98),
  );
  assertEquals(await seen(post("ab"), (request) => request.bytes()), Uint8Array.of(97, 98));
  assertEquals(await seen(post("ab"), async (request) => (await request.blob()).size), 2);
  await seen(post("ab"), async (request) => {
    await request.text();
    assert(request.bodyUsed);
    await assertRejects(() => request.text(), TypeError);
  });
  await seen(post("not json"), (request) => assertRejects(() => request.json(), SyntaxError));
});

test("LazyRequest.blob() has the type of the body", async () => {
  const blob = (fields: string) =>
    seen(post("ab", fields), async (request) => {
      const { size, type } = await request.blob();
      await assertRejects(() => request.blob(), TypeError);
      return [size, type, request.bodyUsed];
    });
  assertEquals(await blob("Content-Type: Image/X-a\r\n"), [2, "image/x-a", true]);
  assertEquals(await blob(""), [2, "", true]);
  const copied = await seen(post("ab", "Content-Type: a/b\r\n"), async (request) => {
    return [await request.clone().text(), (await request.blob()).type];
  });
  assertEquals(copied, ["ab", "a/b"]);
  assertEquals(await seen(get(), async (request) => (await request.blob()).size), 0);
});

test("LazyRequest of any method has the same method when it becomes another one, or becomes none", async () => {
  for (const method of ["PROPFIND", "BREW", "M-SEARCH", "patch", "x"]) {
    const found = await seen(post("abc").replace("POST", method), (request) => {
      const copies = [];
      for (const copy of [() => request.clone(), () => new Request(request)]) {
        try {
          const { method: own } = copy();
          copies.push(own.toUpperCase());
        } catch (error) {
          copies.push(
            String(error).includes(`must not be ${method}`) ? method.toUpperCase() : error,
          );
        }
      }
      return copies;
    });
    assertEquals(found, [method.toUpperCase(), method.toUpperCase()]);
  }
});

test("LazyRequest has its body as a stream", async () => {
  const body = "x".repeat(100_000);
  const streamed = async (request: Request) => {
    let size = 0;
    for await (const chunk of request.body ?? []) size += chunk.length;
    assert(request.bodyUsed);
    return size;
  };
  assertEquals(await seen(post(body), streamed), 100_000);
  assertEquals(await seen(chunked(`186A0\r\n${body}\r\n0\r\n\r\n`), streamed), 100_000);
  assertEquals(await seen(get(), ({ body: none }) => none), null);
  assertEquals(
    await seen(get("/", "Content-Length: 3\r\n") + "abc", async (request) => {
      return [request.body, await request.text()];
    }),
    [null, ""],
  );
});

test("LazyRequest becomes a real one for new Request() and clone()", async () => {
  const look = async (request: Request) => {
    const [method, url, header] = [request.method, request.url, request.headers.get("x-a")];
    return [method, url, header, await request.text()];
  };
  const expected = ["POST", "http://ferris/", "1", "abc"];
  const input = post("abc", "X-A: 1\r\n");
  assertEquals(await seen(input, (request) => look(new Request(request))), expected);
  assertEquals(await seen(input, (request) => look(request.clone())), expected);
  const copy = await seen(
    input,
    (request) => look(new Request(request, { headers: { "x-a": "2" } })),
  );
  assertEquals(copy, ["POST", "http://ferris/", "2", "abc"]);
  const other = await seen(input, (request) => look(new Request("http://other/", request)));
  assertEquals(other, ["POST", "http://other/", "1", "abc"]);
  await seen(input, async (request) => {
    const both = [request.clone().text(), request.text()];
    assertEquals(await Promise.all(both), ["abc", "abc"]);
  });
});

test("LazyRequest shows a body whatever the method, as fetch has none for some", async () => {
  const sent = (method: string) =>
    seen(post("hello").replace("POST", method), async (request) => {
      const streamed = request.body === null ? "" : await new Response(request.body).text();
      return `${request.method} ${streamed} ${request.bodyUsed}`;
    });
  assertEquals(await sent("get"), "get hello true");
  assertEquals(await sent("head"), "head hello true");
  assertEquals(await sent("TRACK"), "TRACK hello true");
  assertEquals(await sent("GET"), "GET  false");
  const lower = post("hello").replace("POST", "get");
  assertEquals(await seen(lower, (request) => request.text()), "hello");
  assertEquals(await seen(lower, (request) => new Request(request).text()), "", "as fetch has it");
});

test("LazyRequest of a method that fetch forbids is looked at, and never becomes another one's", async () => {
  for (const method of ["TRACE", "TRACK", "connect"]) {
    await seen(get().replace("GET", method), (request) => {
      assertEquals([request.method, request.redirect, request.headers.get("host")], [
        method,
        "follow",
        "ferris",
      ]);
      assertThrows(() => new Request(request), TypeError, `must not be ${method}`);
      assertThrows(() => request.clone(), TypeError, `must not be ${method}`);
    });
  }
});

test("LazyRequest.body is one stream, which text() reads as well, once", async () => {
  await seen(post("abc"), async (request) => {
    assert(request.body === request.body && !request.bodyUsed);
    assertEquals([await request.text(), request.bodyUsed], ["abc", true]);
    await assertRejects(() => request.text(), TypeError);
    assertThrows(() => new Request(request), TypeError);
    assertEquals(request.cache, "default", "what every request has is told all the same");
  });
  await seen(post("abc"), async (request) => {
    assertEquals(await request.text(), "abc");
    const reader = request.body?.getReader();
    await assertRejects(async () => await reader?.read(), TypeError);
  });
  await seen(post("abc"), async (request) => {
    assertEquals(await new Request(request).text(), "abc");
  });
});

test("inheritLater() makes Requests of them at the first look, whichever that is", async () => {
  const looks: ((request: { mode: string }) => unknown)[] = [
    (request) => request instanceof Request,
    (request) => "mode" in request,
    (request) => Object.prototype.toString.call(request) === "[object Request]",
    // What it tells cannot be changed.
    (request) => assertThrows(() => request.mode = "cors", TypeError) instanceof Error,
  ];
  for (const [number, look] of looks.entries()) {
    // A copy that nobody has looked at.
    const { inheritLater, LazyRequest } = await import(`../../http/lazy_request.ts?${number}`) as {
      inheritLater: () => void;
      LazyRequest: { prototype: object };
    };
    inheritLater();
    // It is one to look at, and no more.
    const request = Object.create(LazyRequest.prototype) as Request;
    assertEquals(look(request), true, String(look));
    assert(request instanceof Request, String(look));
    assert(Object.getPrototypeOf(LazyRequest.prototype) === Request.prototype, String(look));
  }
});
