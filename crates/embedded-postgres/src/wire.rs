//! As much of the PostgreSQL protocol as is needed to make a database: trusted sign-in and simple queries on a unix
//! socket. A client library would be a large dependency for that, and `psql` may be absent.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use crate::error::{Error, While};
use crate::socket;

const PROTOCOL_3_0: i32 = 196_608;
/// How long the next bytes of an answer are waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A row of a result. Each value is text.
pub type DataRow = Vec<Option<String>>;

pub(crate) struct Connection {
    stream: UnixStream,
}

impl Connection {
    pub(crate) fn open(socket_dir: &Path, database: &str) -> Result<Self, Error> {
        let path = socket::file(socket_dir);
        let stream = UnixStream::connect(&path).doing("connecting to", &path)?;
        stream.set_read_timeout(Some(PATIENCE)).doing("connecting to", &path)?;
        let mut connection = Self { stream };
        let mut hello = PROTOCOL_3_0.to_be_bytes().to_vec();
        for text in ["user", "postgres", "database", database, ""] {
            hello.extend_from_slice(text.as_bytes());
            hello.push(0);
        }
        connection.send(None, &hello).and_then(|()| connection.receive()).doing("signing in at", &path)??;
        Ok(connection)
    }

    /// From now on waits for answers as long as the server works on them.
    pub(crate) fn without_patience_limit(self) -> Result<Self, Error> {
        self.stream.set_read_timeout(None).doing("asking", Path::new("PostgreSQL"))?;
        Ok(self)
    }

    pub(crate) fn query(&mut self, sql: &str) -> Result<Vec<DataRow>, Error> {
        let mut body = sql.as_bytes().to_vec();
        body.push(0);
        self.send(Some(b'Q'), &body).and_then(|()| self.receive()).doing("asking", Path::new("PostgreSQL"))?
    }

    fn send(&mut self, tag: Option<u8>, body: &[u8]) -> io::Result<()> {
        let length = i32::try_from(body.len() + 4).map_err(io::Error::other)?;
        let mut message: Vec<u8> = tag.into_iter().collect();
        message.extend_from_slice(&length.to_be_bytes());
        message.extend_from_slice(body);
        self.stream.write_all(&message)
    }

    /// Reads until the server waits for the next query. After a failed sign-in it sends an error instead, and then
    /// nothing.
    fn receive(&mut self) -> io::Result<Result<Vec<DataRow>, Error>> {
        let mut answer = Ok(Vec::new());
        loop {
            let (tag, body) = match self.message() {
                Ok(message) => message,
                Err(_) if answer.is_err() => return Ok(answer),
                Err(error) => return Err(error),
            };
            match tag {
                b'E' => answer = Err(refusal(&body)),
                b'D' => {
                    if let Ok(rows) = &mut answer {
                        rows.push(row(&body).ok_or(io::ErrorKind::InvalidData)?);
                    }
                }
                b'R' if body != [0; 4] => return Err(io::Error::other("the server asks for a password")),
                b'Z' => return Ok(answer),
                _ => {}
            }
        }
    }

    fn message(&mut self) -> io::Result<(u8, Vec<u8>)> {
        let mut head = [0; 5];
        self.stream.read_exact(&mut head)?;
        let length = i32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let length = usize::try_from(length - 4).map_err(io::Error::other)?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok((head[0], body))
    }
}

fn refusal(body: &[u8]) -> Error {
    let field = |tag: u8| {
        let found = body.split(|byte| *byte == 0).find(|field| field.first() == Some(&tag));
        String::from_utf8_lossy(found.map_or(&[], |field| &field[1..])).into_owned()
    };
    Error::Sql { message: field(b'M'), code: field(b'C') }
}

fn row(body: &[u8]) -> Option<DataRow> {
    let (_, mut rest) = body.split_at_checked(2)?;
    let mut row = DataRow::new();
    while !rest.is_empty() {
        let (length, after) = rest.split_first_chunk::<4>()?;
        rest = after;
        let Ok(length) = usize::try_from(i32::from_be_bytes(*length)) else {
            row.push(None);
            continue;
        };
        let (value, after) = rest.split_at_checked(length)?;
        rest = after;
        row.push(Some(String::from_utf8_lossy(value).into_owned()));
    }
    Some(row)
}

/// Makes a database, unless it exists.
pub(crate) fn ensure_database(socket_dir: &Path, name: &str) -> Result<(), Error> {
    let mut connection = Connection::open(socket_dir, "postgres")?;
    let literal = name.replace('\'', "''");
    if !connection.query(&format!("SELECT 1 FROM pg_database WHERE datname = '{literal}'"))?.is_empty() {
        return Ok(());
    }
    match connection.query(&format!("CREATE DATABASE \"{}\"", name.replace('"', "\"\""))) {
        Err(Error::Sql { code, .. }) if code == "42P04" => Ok(()), // made by somebody else in between
        made => made.map(drop),
    }
}
