// What a consumer does with the exports of an entry. Ends by itself when all is closed.

import { listen as listenInMemory } from "@incoming/net/memory";
import { echo, echoInMemory } from "./echo.mjs";

const USES = { "./memory": echoInMemory, "./adapter": parts, "./conformance": prove };

/** Uses what `entry` exports. */
export async function use(entry, exports) {
  await (USES[entry] ?? echo)(exports);
}

function parts({ BoundListener, PushAcceptor, TransportConnection }) {
  for (const part of [BoundListener, PushAcceptor, TransportConnection]) {
    if (typeof part !== "function") throw new Error("Cannot find a part of an adapter");
  }
}

async function prove({ conformance }) {
  const connect = (listener) => listener.connect();
  const cases = conformance({ listen: listenInMemory, connect });
  const halfClose = cases.filter(({ name }) => name.startsWith("14."));
  if (halfClose.length === 0) throw new Error("Cannot find the cases of half-close");
  for (const { run } of halfClose) await run();
}
