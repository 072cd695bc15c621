-- A process that starts takes its own jobs back: found among those leased, not among all ever done.
CREATE INDEX job_claimant ON job (claimant) WHERE state = 'leased';
