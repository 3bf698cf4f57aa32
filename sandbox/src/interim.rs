//! Interim answers: hyper sends none, so they are written ahead of what it writes next.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// The bytes that are to be written ahead of a connection's next answer.
#[derive(Clone, Debug, Default)]
pub(crate) struct Interim(Arc<Mutex<Vec<u8>>>);

impl Interim {
    /// Adds an answer without a body, of status 102 or 103.
    pub(crate) fn push(&self, status: u16) {
        let head: &[u8] = match status {
            102 => b"HTTP/1.1 102 Processing\r\n\r\n",
            _ => b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n",
        };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(head);
    }
}

/// A connection that writes interim answers first.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
    interim: Interim,
}

impl Connection {
    pub(crate) fn new(stream: TcpStream, interim: Interim) -> Self {
        Self { stream, interim }
    }

    pub(crate) fn into_inner(self) -> TcpStream {
        self.stream
    }

    /// Writes what is to come first, however many pieces that takes.
    fn poll_interim(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut waiting = self.interim.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !waiting.is_empty() {
            let count = ready!(Pin::new(&mut self.stream).poll_write(context, &waiting))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            waiting.drain(..count);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        ready!(self.poll_interim(context))?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
