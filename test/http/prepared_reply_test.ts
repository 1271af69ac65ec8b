import { assertEquals, assertThrows } from "#assert";
import { PreparedReply } from "../../http/prepared_reply.ts";
import { readAnswer } from "../../http/read_answer.ts";
import { test } from "../support/harness.ts";
import { get, talk } from "./talk.ts";

test("PreparedReply is checked once, and sent as often as one likes", async () => {
  const page = new PreparedReply({ status: 404, headers: { "X-A": "b" }, body: "lost" });
  assertEquals([page.status, page.statusText, page.body], [404, "Not Found", "lost"]);
  assertEquals(readAnswer(page) === readAnswer(page), true);
  const answers = await talk(get() + get(), () => page);
  assertEquals(answers.match(/404 Not Found\r\nX-A: b\r\n[^]*?\r\n\r\nlost/g)?.length, 2);
  assertEquals(PreparedReply.answerOf({}), undefined);
});

test("PreparedReply is answered as any other to whoever is to have something else", async () => {
  const page = new PreparedReply({ headers: { "X-A": "b" }, body: "text" });
  const told: number[] = [];
  const onAnswer = ({ bytes }: { readonly bytes: number }) => void told.push(bytes);
  const requests = [
    get(),
    get().replace("GET", "HEAD"),
    get("/", "Connection: keep-alive\r\n").replace("HTTP/1.1", "HTTP/1.0"),
    get("/", "Connection: close\r\n"),
  ];
  const answers = (await talk(requests.join(""), () => page, { onAnswer })).split("HTTP/1.1 ")
    .slice(1);
  const fields =
    "200 OK\r\nX-A: b\r\nContent-Type: text/plain;charset=UTF-8\r\nContent-Length: 4\r\n";
  assertEquals(answers, [
    `${fields}\r\ntext`,
    `${fields}\r\n`,
    `${fields}Connection: keep-alive\r\n\r\ntext`,
    `${fields}Connection: close\r\n\r\ntext`,
  ]);
  assertEquals(told, [4, 0, 4, 4]);
});

test("PreparedReply refuses what cannot be sent", () => {
  assertThrows(() => new PreparedReply({ headers: { a: "b\r\n" } }), TypeError);
  assertThrows(() => new PreparedReply({ status: 600 }), RangeError);
});
