/** What a server answers to clients of all kinds. */

const MEBIBYTE = 1 << 20;

const PERIOD = 251;

/** Bytes that tell where they belong. */
export function pattern(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let index = 0; index < Math.min(length, PERIOD); index++) bytes[index] = index;
  // Twice as many with each copy.
  for (let done = PERIOD; done < length; done *= 2) bytes.copyWithin(done, 0, done);
  return bytes;
}

/** The same, lazily: 64 KiB at a time. */
function lazy(length: number): ReadableStream<Uint8Array> {
  let left = length;
  return new ReadableStream({
    pull(controller) {
      const size = Math.min(left, PERIOD * 256);
      left -= size;
      if (size > 0) controller.enqueue(pattern(size));
      else controller.close();
    },
  });
}

/** What the server does. */
export async function answer(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  const size = Math.min(Number(searchParams.get("size") ?? 0), 16 * MEBIBYTE);
  switch (pathname) {
    case "/":
      return new Response("hello\n");
    case "/bytes":
      return new Response(pattern(size));
    case "/stream":
      return new Response(lazy(size));
    case "/echo":
      return new Response(request.body, { headers: { "x-method": request.method } });
    case "/length":
      return new Response(`${(await request.arrayBuffer()).byteLength}\n`);
    case "/ignore":
      return new Response("ignored\n");
    case "/fields":
      return Response.json(Object.fromEntries(request.headers));
    case "/empty":
      return new Response(null, { status: 204 });
    default:
      return new Response("not found\n", { status: 404 });
  }
}
