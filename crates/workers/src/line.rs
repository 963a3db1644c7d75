//! In which order work that waits gets its turn.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

use crate::job::Job;

/// Jobs that wait. Each waits in a lane, and the jobs of one lane are done in the order in which they came.
pub trait Line: Default + Send + 'static {
    /// What names a lane.
    type Lane: Copy + Send + Sync + 'static;

    /// How many jobs wait.
    fn waiting(&self) -> usize;

    /// Appends a job to its lane. Numbers of jobs grow.
    fn push(&mut self, lane: Self::Lane, job: Job);

    /// Takes the job whose turn it is.
    fn next(&mut self) -> Option<Job>;

    /// Takes the job with this number out, if it still waits.
    fn remove(&mut self, lane: Self::Lane, number: u64) -> Option<Job>;

    /// Takes out the job that has to give way to one more in this lane, if there is one: the newest job of a lane that
    /// stays longer than this one all the same.
    fn give_way(&mut self, lane: Self::Lane) -> Option<Job>;

    /// Whether there is such a job.
    fn would_give_way(&self, lane: Self::Lane) -> bool;

    /// Takes the newest job of the longest lane.
    fn newest_of_longest(&mut self) -> Option<Job>;
}

/// One lane: first come, first served.
pub(crate) type Fifo = VecDeque<Job>;

impl Line for Fifo {
    type Lane = ();

    fn waiting(&self) -> usize {
        self.len()
    }

    fn push(&mut self, (): (), job: Job) {
        self.push_back(job);
    }

    fn next(&mut self) -> Option<Job> {
        self.pop_front()
    }

    fn remove(&mut self, (): (), number: u64) -> Option<Job> {
        let index = self.binary_search_by_key(&number, |job| job.number).ok()?;
        VecDeque::remove(self, index)
    }

    fn give_way(&mut self, (): ()) -> Option<Job> {
        None
    }

    fn would_give_way(&self, (): ()) -> bool {
        false
    }

    fn newest_of_longest(&mut self) -> Option<Job> {
        self.pop_back()
    }
}

/// Lanes that take turns, one job at a time. Each may itself be a line of lanes.
pub struct Turns<K, L> {
    /// Those in which something waits.
    lanes: HashMap<K, L>,
    /// The same ones, in the order of their turns.
    order: VecDeque<K>,
    waiting: usize,
}

impl<K, L> Default for Turns<K, L> {
    fn default() -> Self {
        Self { lanes: HashMap::new(), order: VecDeque::new(), waiting: 0 }
    }
}

impl<K: Copy + Eq + Hash, L: Line> Turns<K, L> {
    fn length_of(&self, key: K) -> usize {
        self.lanes.get(&key).map_or(0, Line::waiting)
    }

    /// Takes a job out of a lane, which ends if it was the last one.
    fn take(&mut self, key: K, take: impl FnOnce(&mut L) -> Option<Job>) -> Option<Job> {
        let lane = self.lanes.get_mut(&key)?;
        let taken = take(lane)?;
        self.waiting -= 1;
        if lane.waiting() == 0 {
            self.lanes.remove(&key);
            self.order.retain(|other| *other != key);
        }
        Some(taken)
    }

    fn longest(&self) -> Option<K> {
        self.order.iter().copied().max_by_key(|key| self.length_of(*key))
    }

    /// The longest lane, if it stays longer than this one with one more.
    fn longer_than(&self, key: K) -> Option<K> {
        self.longest().filter(|longest| self.length_of(key) + 1 < self.length_of(*longest))
    }
}

impl<K: Copy + Eq + Hash + Send + Sync + 'static, L: Line> Line for Turns<K, L> {
    type Lane = (K, L::Lane);

    fn waiting(&self) -> usize {
        self.waiting
    }

    fn push(&mut self, (key, lane): Self::Lane, job: Job) {
        self.waiting += 1;
        let inner = self.lanes.entry(key).or_insert_with(|| {
            self.order.push_back(key);
            L::default()
        });
        inner.push(lane, job);
    }

    fn next(&mut self) -> Option<Job> {
        let key = self.order.front().copied()?;
        self.order.rotate_left(1);
        self.take(key, Line::next)
    }

    fn remove(&mut self, (key, lane): Self::Lane, number: u64) -> Option<Job> {
        self.take(key, |inner| inner.remove(lane, number))
    }

    fn give_way(&mut self, (key, lane): Self::Lane) -> Option<Job> {
        match self.longer_than(key) {
            Some(longest) => self.take(longest, Line::newest_of_longest),
            None => self.take(key, |inner| inner.give_way(lane)),
        }
    }

    fn would_give_way(&self, (key, lane): Self::Lane) -> bool {
        self.longer_than(key).is_some() || self.lanes.get(&key).is_some_and(|inner| inner.would_give_way(lane))
    }

    fn newest_of_longest(&mut self) -> Option<Job> {
        let longest = self.longest()?;
        self.take(longest, Line::newest_of_longest)
    }
}

/// Groups take turns, and within a group its members do.
pub(crate) type Fair<K> = Turns<K, Turns<K, Fifo>>;

/// Who waits: one member of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Party<K> {
    /// The group. No group gets more turns than another while both wait.
    pub group: K,
    /// The member. No member gets more of the group's turns than another while both wait.
    pub member: K,
}

impl<K> Party<K> {
    pub(crate) fn lane(self) -> (K, (K, ())) {
        (self.group, (self.member, ()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ATTACKER: Party<u8> = Party { group: 1, member: 1 };
    const NEIGHBOUR: Party<u8> = Party { group: 1, member: 2 };
    const OWNER: Party<u8> = Party { group: 2, member: 3 };

    fn idle(number: u64) -> Job {
        Job::new(number, tracing::Span::none(), |_| ())
    }

    fn line(waiting: &[Party<u8>]) -> Fair<u8> {
        let mut line = Fair::default();
        for (number, party) in (0..).zip(waiting) {
            line.push(party.lane(), idle(number));
        }
        line
    }

    fn drained(line: &mut Fair<u8>) -> Vec<u64> {
        std::iter::from_fn(|| line.next()).map(|job| job.number).collect()
    }

    #[test]
    fn one_lane_is_first_come_first_served() {
        assert_eq!(drained(&mut line(&[ATTACKER; 5])), [0, 1, 2, 3, 4]);
    }

    /// However many wait before somebody from elsewhere, that one is next but one at most.
    #[test]
    fn groups_take_turns_and_so_do_their_members() {
        let mut waiting = vec![ATTACKER; 6];
        waiting.extend([NEIGHBOUR, NEIGHBOUR, OWNER, OWNER, OWNER]);
        let mut line = line(&waiting);
        assert_eq!(drained(&mut line), [0, 8, 6, 9, 1, 10, 7, 2, 3, 4, 5]);
        assert_eq!((line.waiting(), line.lanes.len(), line.order.len()), (0, 0, 0), "nothing is left of empty lanes");
    }

    #[test]
    fn whoever_comes_back_waits_for_the_others_again() {
        let mut line = line(&[OWNER, ATTACKER, ATTACKER]);
        assert_eq!(line.next().map(|job| job.number), Some(0));
        line.push(OWNER.lane(), idle(3));
        assert_eq!(drained(&mut line), [1, 3, 2]);
    }

    #[test]
    fn the_newest_of_the_longest_gives_way_to_whoever_has_less() {
        let mut waiting = vec![ATTACKER; 6];
        waiting.extend([NEIGHBOUR, OWNER]);
        let mut line = line(&waiting);
        let mut gives_way = |party: Party<u8>, number: u64| {
            let would_give_way = line.would_give_way(party.lane());
            let given = line.give_way(party.lane()).map(|job| job.number);
            assert_eq!(would_give_way, given.is_some(), "for job {number}");
            if given.is_some() {
                line.push(party.lane(), idle(number));
            }
            given
        };
        assert_eq!(gives_way(ATTACKER, 8), None, "nobody has more than the attacker");
        assert_eq!(gives_way(OWNER, 9), Some(5), "another group");
        assert_eq!(gives_way(NEIGHBOUR, 10), Some(4), "the same group");
        assert_eq!(gives_way(OWNER, 11), Some(3));
        assert_eq!(gives_way(OWNER, 12), Some(2));
        assert_eq!(gives_way(OWNER, 13), None, "four of each group wait");
        assert_eq!(line.waiting(), 8);
        assert_eq!(drained(&mut line), [0, 7, 6, 9, 1, 11, 10, 12]);
    }

    #[test]
    fn what_is_taken_out_of_the_middle_leaves_no_gap() {
        let mut line = line(&[ATTACKER, OWNER, ATTACKER, ATTACKER, NEIGHBOUR]);
        let mut remove = |party: Party<u8>, number| line.remove(party.lane(), number).map(|job| job.number);
        assert_eq!(remove(ATTACKER, 2), Some(2));
        assert_eq!(remove(ATTACKER, 2), None, "it is gone");
        assert_eq!(remove(OWNER, 3), None, "that one is in another lane");
        assert_eq!(remove(OWNER, 1), Some(1), "the last of its lane");
        assert_eq!(drained(&mut line), [0, 4, 3]);
    }
}
