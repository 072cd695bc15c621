-- Ways out for a file of many pages that was refused or could not be unpacked: the job to try again, and that and
-- why somebody gave the file up. A file that was given up is not waited for when its book is accepted.
ALTER TABLE bundle ADD COLUMN job_id TEXT;
ALTER TABLE bundle ADD COLUMN dismissed_at BIGINT;
ALTER TABLE bundle ADD COLUMN dismissed_reason TEXT;
UPDATE bundle SET job_id = (
  SELECT MAX(job.id) FROM job
   WHERE job.kind = 'unpack_bundle' AND job.dedupe_key LIKE 'unpack_bundle:' || bundle.id || '%'
);
