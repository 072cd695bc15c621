//! What a search may be told beforehand about texts: nothing, a language model, a grammar.

/// Weights or forbids texts letter by letter while they grow.
pub trait Prior {
    /// What it has to remember of a text.
    type State: Copy;

    /// Before the first letter.
    fn start(&self) -> Self::State;

    /// Behind one more class (1 and up): the new state and what is added to the text's score, natural
    /// logarithm. `None`: no text may go on like this.
    fn extend(&self, state: Self::State, class: usize) -> Option<(Self::State, f64)>;

    /// The classes that may follow, where they are few; `None`: every class may be tried. Those named are tried
    /// however improbable the line model holds them.
    fn allowed(&self, _state: Self::State) -> Option<&[usize]> {
        None
    }

    /// What is added where a text ends here. `None`: it may not.
    fn finish(&self, state: Self::State) -> Option<f64>;

    /// The score of a whole text; `None` where it is forbidden.
    fn score(&self, classes: &[usize]) -> Option<f64> {
        let mut state = self.start();
        let mut sum = 0.0;
        for &class in classes {
            let (next, added) = self.extend(state, class)?;
            state = next;
            sum += added;
        }
        Some(sum + self.finish(state)?)
    }
}

/// Every text is as good as any other.
#[derive(Debug, Clone, Copy, Default)]
pub struct Free;

impl Prior for Free {
    type State = ();

    fn start(&self) {}

    fn extend(&self, (): (), _class: usize) -> Option<((), f64)> {
        Some(((), 0.0))
    }

    fn finish(&self, (): ()) -> Option<f64> {
        Some(0.0)
    }
}
