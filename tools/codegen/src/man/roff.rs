//! What comments say, in the language of manual pages.

use std::fmt::Write;

/// A paragraph, or lines of a program.
enum Block<'a> {
    Text(String),
    Code(Vec<&'a str>),
}

/// Paragraphs and programs, which are indented by four blanks.
pub(super) fn prose(lines: &[&str]) -> String {
    let mut out = String::new();
    let mut after_text = false;
    for block in blocks(lines) {
        match block {
            Block::Text(said) => {
                if after_text {
                    out.push_str(".Pp\n");
                }
                out.push_str(&text(&said));
                after_text = true;
            }
            Block::Code(lines) => {
                out.push_str(".Bd -literal -offset indent\n");
                for line in lines {
                    out.push_str(&guarded(&code(line)));
                }
                out.push_str(".Ed\n");
                // What follows a display has to be told apart from it.
                after_text = true;
            }
        }
    }
    out
}

fn blocks<'a>(lines: &[&'a str]) -> Vec<Block<'a>> {
    let mut found: Vec<Block<'a>> = Vec::new();
    let mut new = true;
    for line in lines {
        match found.last_mut() {
            _ if line.is_empty() => new = true,
            Some(Block::Code(code)) if line.starts_with("    ") => {
                if new {
                    code.push("");
                }
                code.push(&line[4..]);
                new = false;
            }
            _ if line.starts_with("    ") => {
                found.push(Block::Code(vec![&line[4..]]));
                new = false;
            }
            Some(Block::Text(said)) if !new && !begins(line, said) => {
                said.push(' ');
                said.push_str(line);
            }
            _ => {
                found.push(Block::Text((*line).to_owned()));
                new = false;
            }
        }
    }
    found
}

/// The lists of JSON pointers begin with a line of their own.
fn begins(line: &str, before: &str) -> bool {
    ["Parameters:", "If wished:", "Result:"].iter().any(|word| line.starts_with(word))
        || line.starts_with('/') && before.ends_with('.')
}

/// A paragraph: a line for each sentence, broken where it is long.
pub(super) fn text(said: &str) -> String {
    let mut out = String::new();
    let mut line = String::new();
    for word in emphasized(said).split_whitespace() {
        if !line.is_empty() && line.len() + word.len() > 78 {
            out.push_str(&guarded(&std::mem::take(&mut line)));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if word.ends_with(['.', '?']) && !word.ends_with("...") {
            out.push_str(&guarded(&std::mem::take(&mut line)));
        }
    }
    if !line.is_empty() {
        out.push_str(&guarded(&line));
    }
    out
}

/// Functions, and what stands between backticks, in bold.
fn emphasized(said: &str) -> String {
    let mut out = String::new();
    for (at, part) in said.split('`').enumerate() {
        if at % 2 == 1 {
            let _ = write!(out, r"\fB{}\fP", code(part).replace(' ', r"\~"));
            continue;
        }
        for (at, word) in part.split(' ').enumerate() {
            if at > 0 {
                out.push(' ');
            }
            match word.find("airudder_").and_then(|start| Some((start, start + word[start..].find('(')?))) {
                Some((start, end)) => {
                    let _ = write!(out, r"{}\fB{}\fP{}", plain(&word[..start]), &word[start..end], plain(&word[end..]));
                }
                None => out.push_str(&plain(word)),
            }
        }
    }
    out
}

/// A word of a sentence. A hyphen between letters may be broken at, a minus may not.
fn plain(word: &str) -> String {
    let letters: Vec<char> = word.chars().collect();
    let is_letter = |at: Option<usize>| at.and_then(|at| letters.get(at)).is_some_and(|letter| letter.is_alphabetic());
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        match letter {
            '-' if is_letter(at.checked_sub(1)) && is_letter(Some(at + 1)) => out.push('-'),
            _ => out.push_str(&escaped(*letter)),
        }
    }
    out
}

/// A part of a program, which is to be copied as it is.
pub(super) fn code(line: &str) -> String {
    line.chars().map(escaped).collect()
}

fn escaped(letter: char) -> String {
    match letter {
        '\\' => r"\e".to_owned(),
        '-' => r"\-".to_owned(),
        '\'' => r"\(aq".to_owned(),
        '`' => r"\(ga".to_owned(),
        '^' => r"\(ha".to_owned(),
        '~' => r"\(ti".to_owned(),
        '"' => r"\(dq".to_owned(),
        letter if letter.is_ascii() => letter.to_string(),
        letter => format!(r"\[u{:04X}]", u32::from(letter)),
    }
}

/// A line of its own, which is none of roff's requests.
fn guarded(line: &str) -> String {
    let guard = if line.starts_with(['.', '\'']) { r"\&" } else { "" };
    format!("{guard}{line}\n")
}
