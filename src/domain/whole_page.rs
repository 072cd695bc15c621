//! Pages with several entries: a form declares one entry's places once, and the offsets at which they repeat.

use super::form::{Form, FormField};
use serde::{Deserialize, Serialize};

/// One place of the page at which an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryPlace {
    /// How far right and down of the declared places it stands, mm.
    pub offset: [f32; 2],
}

/// A form with all entries of its page laid out: the same frame, and every field once for each entry.
#[derive(Debug, Clone, PartialEq)]
pub struct WholePage {
    /// The page as one form. Keys repeat: see `entry_of`.
    pub form: Form,
    /// For each field of `form` the entry it belongs to, from 0; none for a field of the page as a whole.
    pub entry_of: Vec<Option<usize>>,
}

impl Form {
    /// How many entries one page holds.
    #[must_use]
    pub fn entry_count(&self) -> usize {
        self.entries.len().max(1)
    }

    /// The page with all its entries, field by field in the form's order.
    #[must_use]
    pub fn whole_page(&self) -> WholePage {
        let offsets: Vec<[f32; 2]> = match self.entries.as_slice() {
            [] => vec![[0.0, 0.0]],
            places => places.iter().map(|place| place.offset).collect(),
        };
        let mut form = self.clone();
        form.fields.clear();
        let mut entry_of = Vec::new();
        for field in &self.fields {
            if field.of_page {
                form.fields.push(field.clone());
                entry_of.push(None);
                continue;
            }
            for (i, offset) in offsets.iter().enumerate() {
                form.fields.push(field.moved(*offset));
                entry_of.push(Some(i));
            }
        }
        WholePage { form, entry_of }
    }

    /// What is wrong with the places of entries, if anything is.
    pub(super) fn entries_problem(&self) -> Option<String> {
        if self.entry_count() as u32 != self.entries_per_page {
            return Some(format!(
                "{} places for {} entries a page",
                self.entry_count(),
                self.entries_per_page
            ));
        }
        let whole = self.whole_page();
        let [page_w, page_h] = self.page_mm;
        whole.form.fields.iter().find_map(|field| {
            let [x, y, w, h] = self.field_box(field);
            let inside = w > 0.0 && h > 0.0 && x >= 0.0 && y >= 0.0 && x + w <= page_w && y + h <= page_h;
            (!inside).then(|| format!("field {} has no place on the page", field.key))
        })
    }
}

impl FormField {
    fn moved(&self, [dx, dy]: [f32; 2]) -> Self {
        let mut field = self.clone();
        field.label_at = field.label_at.map(|[x, y]| [x + dx, y + dy]);
        for rule in &mut field.rules {
            *rule = [rule[0] + dx, rule[1] + dx, rule[2] + dy];
        }
        for option in &mut field.options {
            let [x, y, w, h] = option.tick;
            option.tick = [x + dx, y + dy, w, h];
        }
        field
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BIRTH: &str = include_str!("data/forms/birth_2016.toml");

    /// Two entries side by side on a page twice as wide; the page's number belongs to both.
    fn spread() -> String {
        BIRTH
            .replace("page_mm = [210.0, 297.0]", "page_mm = [420.0, 297.0]")
            .replace("entries_per_page = 1", "entries_per_page = 2")
            .replace(
                "relations = { in_book = \"page\" }",
                "of_page = true\nrelations = { in_book = \"page\" }",
            )
            + "\n[[entry]]\noffset = [0.0, 0.0]\n[[entry]]\noffset = [205.0, 0.5]\n"
    }

    #[test]
    fn every_field_stands_once_for_each_entry_and_the_pages_own_once() {
        let form = Form::from_toml(&spread()).unwrap();
        let whole = form.whole_page();
        assert_eq!(whole.form.fields.len(), 2 * form.fields.len() - 1);
        let places: Vec<_> = whole.form.fields.iter().zip(&whole.entry_of).collect();
        let names: Vec<_> = places.iter().filter(|(f, _)| f.key == "nks_ho_ten").collect();
        assert_eq!((names[0].1, names[1].1), (&Some(0), &Some(1)));
        assert_eq!(names[1].0.rules, [[255.0, 347.0, 51.5]]);
        assert_eq!(names[1].0.label_at, Some([223.0, 51.5]));
        let ticks = places.iter().filter(|(f, _)| !f.options.is_empty()).nth(1).unwrap();
        assert_eq!(ticks.0.options[0].tick, [353.5, 41.5, 4.0, 4.0]);
        let page = places.iter().filter(|(f, _)| f.key == "trang_so").collect::<Vec<_>>();
        assert_eq!((page.len(), page[0].1), (1, &None));
    }

    #[test]
    fn a_form_of_one_entry_is_its_own_page() {
        let form = Form::from_toml(BIRTH).unwrap();
        let whole = form.whole_page();
        assert_eq!(whole.form, form);
        assert!(whole.entry_of.iter().all(|entry| *entry == Some(0)));
    }

    #[test]
    fn entries_outside_the_page_or_of_another_number_are_refused() {
        let outside = spread().replace("[205.0, 0.5]", "[225.0, 0.5]");
        assert!(Form::from_toml(&outside).unwrap_err().to_string().contains("no place on the page"));
        let other = spread().replace("entries_per_page = 2", "entries_per_page = 3");
        assert!(Form::from_toml(&other).unwrap_err().to_string().contains("2 places for 3 entries"));
    }
}
