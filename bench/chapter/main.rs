// The design that the chapter of the Async Book ends with, on the library that it uses: a stream of
// connections, a task for each, in it one read, the file read as it stands there, one write, the end.
// Its answers say their length and that the connection ends, which the chapter's do not: wrk counts
// what just ends as a failure. Argument: the folder of the pages. Prints the port.

use async_std::io::{ReadExt, WriteExt};
use async_std::net::{TcpListener, TcpStream};
use async_std::task;
use futures::stream::StreamExt;

const INDEX: &[u8] = b"GET / HTTP/1.1\r\n";

fn main() {
    let folder = std::env::args().nth(1).expect("the folder of the pages");
    task::block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        println!("{}", listener.local_addr().expect("an address").port());
        let folder = &*Box::leak(folder.into_boxed_str());
        listener
            .incoming()
            .for_each_concurrent(None, |accepted| async move {
                if let Ok(stream) = accepted {
                    task::spawn(answer(stream, folder));
                }
            })
            .await;
    });
}

async fn answer(mut stream: TcpStream, folder: &str) -> Option<()> {
    let mut head = [0; 1024];
    let length = stream.read(&mut head).await.ok()?;
    let (status, page) = match head[..length].starts_with(INDEX) {
        true => ("200 OK", "hello.html"),
        false => ("404 NOT FOUND", "404.html"),
    };
    let body = std::fs::read_to_string(format!("{folder}/{page}")).ok()?;
    let fields = format!("Connection: close\r\nContent-Length: {}", body.len());
    let text = format!("HTTP/1.1 {status}\r\n{fields}\r\n\r\n{body}");
    stream.write_all(text.as_bytes()).await.ok()?;
    stream.flush().await.ok()
}
