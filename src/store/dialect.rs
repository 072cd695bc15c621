//! The queries of which the two databases need different texts, and nothing else. SQLite has one writer at a
//! time; PostgreSQL has many, who must pass over rows that another is just taking.

use super::arm::Sql;

macro_rules! skip_locked {
    ($before:literal, $locking:literal, $after:literal) => {
        Sql { sqlite: concat!($before, $after), postgres: concat!($before, $locking, $after) }
    };
}

/// $1 claimant, $2 lease until, $3 now, $4 kind.
pub(super) const CLAIM_JOB: Sql = skip_locked!(
    "UPDATE job SET state = 'leased', claimant = $1, lease_until = $2, fence = fence + 1, updated_at = $3
     WHERE id = (SELECT id FROM job WHERE state = 'ready' AND kind = $4 AND run_at <= $3
                 ORDER BY run_at, id LIMIT 1",
    " FOR UPDATE SKIP LOCKED",
    ") RETURNING id, kind, payload, dedupe_key, state, attempts, lost_leases, max_attempts, run_at, claimant,
       fence, last_error, created_at"
);

/// Nobody is handed what they took part in. Only an entry that was sent back is typed and has a verifier: who verified
/// it before may do so again, with what was found before them.
///
/// $1 role, $2 person, $3 account, $4 lease until, $5 now, $6 state that waits for the role, $7 ids to leave out
/// (between commas).
pub(super) const CLAIM_ENTRY: Sql = skip_locked!(
    "INSERT INTO task_lease (entry_id, role, person_id, account_id, expires_at)
     SELECT e.id, $1, $2, $3, $4 FROM entry e
      WHERE e.state = $6
        AND COALESCE(e.submitted_by, '') <> $2 AND COALESCE(e.adjudicated_by, '') <> $2
        AND (e.state = 'typed' OR COALESCE(e.verified_by, '') <> $2)
        AND NOT EXISTS (SELECT 1 FROM lot_sample i WHERE i.entry_id = e.id AND i.inspected_by = $2)
        AND NOT EXISTS (SELECT 1 FROM task_lease l WHERE l.entry_id = e.id AND l.expires_at > $5)
        AND NOT EXISTS (SELECT 1 FROM entry_seen s WHERE e.state = 'typed' AND s.entry_id = e.id
                          AND s.person_id = $2 AND s.seen_until > $5)
        AND $7 NOT LIKE '%,' || e.id || ',%'
      ORDER BY e.priority, e.book_id, e.ordinal LIMIT 1",
    " FOR NO KEY UPDATE OF e SKIP LOCKED",
    " ON CONFLICT (entry_id) DO UPDATE SET role = excluded.role, person_id = excluded.person_id,
        account_id = excluded.account_id, expires_at = excluded.expires_at,
        taken_from = task_lease.account_id
      WHERE task_lease.expires_at <= $5
      RETURNING entry_id, taken_from"
);

/// As [`CLAIM_ENTRY`], in the book $8.
pub(super) const CLAIM_ENTRY_OF_BOOK: Sql = skip_locked!(
    "INSERT INTO task_lease (entry_id, role, person_id, account_id, expires_at)
     SELECT e.id, $1, $2, $3, $4 FROM entry e
      WHERE e.book_id = $8 AND e.state = $6
        AND COALESCE(e.submitted_by, '') <> $2 AND COALESCE(e.adjudicated_by, '') <> $2
        AND (e.state = 'typed' OR COALESCE(e.verified_by, '') <> $2)
        AND NOT EXISTS (SELECT 1 FROM lot_sample i WHERE i.entry_id = e.id AND i.inspected_by = $2)
        AND NOT EXISTS (SELECT 1 FROM task_lease l WHERE l.entry_id = e.id AND l.expires_at > $5)
        AND NOT EXISTS (SELECT 1 FROM entry_seen s WHERE e.state = 'typed' AND s.entry_id = e.id
                          AND s.person_id = $2 AND s.seen_until > $5)
        AND $7 NOT LIKE '%,' || e.id || ',%'
      ORDER BY e.priority, e.ordinal LIMIT 1",
    " FOR NO KEY UPDATE OF e SKIP LOCKED",
    " ON CONFLICT (entry_id) DO UPDATE SET role = excluded.role, person_id = excluded.person_id,
        account_id = excluded.account_id, expires_at = excluded.expires_at,
        taken_from = task_lease.account_id
      WHERE task_lease.expires_at <= $5
      RETURNING entry_id, taken_from"
);

/// As [`CLAIM_ENTRY`], the entry $7 and no other; also one that is to be typed from paper.
pub(super) const CLAIM_THIS_ENTRY: Sql = skip_locked!(
    "INSERT INTO task_lease (entry_id, role, person_id, account_id, expires_at)
     SELECT e.id, $1, $2, $3, $4 FROM entry e
      WHERE e.id = $7 AND (e.state = $6 OR ($6 = 'proposed' AND e.state = 'unscannable'))
        AND COALESCE(e.submitted_by, '') <> $2 AND COALESCE(e.adjudicated_by, '') <> $2
        AND (e.state = 'typed' OR COALESCE(e.verified_by, '') <> $2)
        AND NOT EXISTS (SELECT 1 FROM lot_sample i WHERE i.entry_id = e.id AND i.inspected_by = $2)
        AND NOT EXISTS (SELECT 1 FROM task_lease l WHERE l.entry_id = e.id AND l.expires_at > $5)
        AND NOT EXISTS (SELECT 1 FROM entry_seen s WHERE e.state = 'typed' AND s.entry_id = e.id
                          AND s.person_id = $2 AND s.seen_until > $5)",
    " FOR NO KEY UPDATE OF e SKIP LOCKED",
    " ON CONFLICT (entry_id) DO UPDATE SET role = excluded.role, person_id = excluded.person_id,
        account_id = excluded.account_id, expires_at = excluded.expires_at,
        taken_from = task_lease.account_id
      WHERE task_lease.expires_at <= $5
      RETURNING entry_id, taken_from"
);
