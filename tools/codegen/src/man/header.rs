//! Reading `airudder.h`: its sections, and in each what is declared, with the comments.

/// A section of the header.
#[derive(Default)]
pub(super) struct Section<'a> {
    pub(super) title: &'a str,
    pub(super) introduction: Vec<&'a str>,
    /// The enumerators of an enumeration without a name.
    pub(super) constants: Vec<Member<'a>>,
    pub(super) types: Vec<Type<'a>>,
    pub(super) functions: Vec<Function<'a>>,
}

/// A field or an enumerator, as it is declared.
pub(super) struct Member<'a> {
    pub(super) declared: &'a str,
    pub(super) about: Vec<&'a str>,
}

pub(super) struct Type<'a> {
    pub(super) name: &'a str,
    pub(super) about: Vec<&'a str>,
    /// `uint64_t`, for a handle.
    pub(super) handle: Option<&'a str>,
    pub(super) members: Vec<Member<'a>>,
}

pub(super) struct Function<'a> {
    pub(super) result: &'a str,
    pub(super) name: String,
    pub(super) parameters: Vec<String>,
    pub(super) about: Vec<&'a str>,
}

/// The lines under a title of the comment at the top, such as `The rules`.
pub(super) fn top<'a>(header: &'a str, title: &str) -> Vec<&'a str> {
    let lines = header.lines().skip_while(|line| line.trim() != title).skip(2);
    let lines = lines.map(|line| line.strip_prefix("   ").unwrap_or(line));
    let mut found = Vec::new();
    for line in lines {
        found.push(line.trim_end_matches("*/").trim_end());
        if line.ends_with("*/") {
            break;
        }
    }
    found
}

pub(super) fn sections(header: &str) -> Vec<Section<'_>> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut lines = header.lines();
    let mut about = Vec::new();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("/* ---- ") {
            let title = title.trim_end_matches("*/").trim().trim_end_matches('-').trim();
            sections.push(Section { title, ..Section::default() });
            continue;
        }
        let Some(section) = sections.last_mut() else { continue };
        if line.starts_with("/*") {
            let said = comment(line, &mut lines);
            match line.starts_with("/**") {
                true => about = said,
                false if section.types.is_empty() && section.functions.is_empty() => section.introduction = said,
                false => {}
            }
        } else if line == "enum {" {
            section.constants = members(&mut lines);
        } else if about.is_empty() || line.is_empty() {
            // Nothing is declared here that is documented.
        } else if line.starts_with("typedef") {
            section.types.push(declared_type(line, &mut lines, std::mem::take(&mut about)));
        } else {
            section.functions.push(function(line, &mut lines, std::mem::take(&mut about)));
        }
    }
    sections
}

/// The lines of a comment, without what makes it one and without its indentation.
fn comment<'a>(first: &'a str, lines: &mut impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let opening = if first.trim_start().starts_with("/**") { "/**" } else { "/*" };
    let (before, mut line) = first.split_once(opening).unwrap_or(("", first));
    let margin = before.len() + opening.len() + 1;
    let mut found = Vec::new();
    loop {
        let ends = line.ends_with("*/");
        let said = line.trim_end_matches("*/").trim_end();
        found.push(without_margin(said, margin));
        if ends {
            break;
        }
        let Some(next) = lines.next() else { break };
        line = next;
    }
    while found.last().is_some_and(|line| line.is_empty()) {
        found.pop();
    }
    let blank = found.iter().take_while(|line| line.is_empty()).count();
    found.split_off(blank)
}

/// A line of a comment begins behind ` * `, or as far in as what the first line says.
fn without_margin(line: &str, margin: usize) -> &str {
    if let Some(said) = line.trim_start().strip_prefix('*') {
        return said.strip_prefix(' ').unwrap_or(said);
    }
    let blank = line.len() - line.trim_start().len();
    &line[blank.min(margin)..]
}

/// Fields or enumerators, up to the end of the braces.
fn members<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Vec<Member<'a>> {
    let mut found = Vec::new();
    let mut about = Vec::new();
    while let Some(line) = lines.next().filter(|line| !line.starts_with('}')) {
        if line.trim_start().starts_with("/**") {
            about = comment(line, lines);
        } else {
            let declared = line.trim().trim_end_matches([',', ';']);
            found.push(Member { declared, about: std::mem::take(&mut about) });
        }
    }
    found
}

fn declared_type<'a>(line: &'a str, lines: &mut impl Iterator<Item = &'a str>, about: Vec<&'a str>) -> Type<'a> {
    let words: Vec<&str> = line.trim_end_matches([';', '{', ' ']).split(' ').collect();
    let name = words.last().copied().unwrap_or_default();
    if line.ends_with('{') {
        Type { name, about, handle: None, members: members(lines) }
    } else {
        Type { name, about, handle: words.get(1).copied(), members: Vec::new() }
    }
}

fn function<'a>(first: &'a str, lines: &mut impl Iterator<Item = &'a str>, about: Vec<&'a str>) -> Function<'a> {
    let mut declared = first.to_owned();
    while !declared.ends_with(';') {
        let Some(next) = lines.next() else { break };
        declared = format!("{declared} {}", next.trim());
    }
    let (before, parameters) = declared.trim_end_matches(");").split_once('(').expect("a function has parameters");
    let name = before.rsplit([' ', '*']).next().unwrap_or_default().to_owned();
    Function {
        result: first[..before.len() - name.len()].trim(),
        name,
        parameters: parameters.split(", ").filter(|parameter| *parameter != "void").map(str::to_owned).collect(),
        about,
    }
}
