-- Presence in the field, one row per aspirant of the election, from events that pass basic verification.
--
-- CTEs that are read more than once are materialised: a quarter less work.
-- Registered beside the canonical tables: parameters(election_id, as_of_end) and booth_list(election_id, seat_id,
-- booth_no, lat, lon, weak), one list per seat: the election's own, else the last one known.
-- LEAST and GREATEST skip NULL, and a window's first row has no predecessor: each comparison that may meet a NULL is
-- wrapped in coalesce, so an event without a predecessor is never an impossible journey.
WITH who AS (
    SELECT aspirant_id, row_number() OVER (ORDER BY aspirant_id) AS aspirant, seat_id,
           dense_rank() OVER (ORDER BY coalesce(person_id, aspirant_id)) AS person
    FROM (SELECT aspirant_id, any_value(seat_id) AS seat_id, any_value(person_id) AS person_id
          FROM aspirants WHERE election_id = (SELECT election_id FROM parameters) GROUP BY aspirant_id)
), raw AS MATERIALIZED (
    -- a social post is activity, never presence
    -- narrow integer keys: sorting text is what costs
    SELECT row_number() OVER (ORDER BY a.received_at, a.event_id) AS event, w.aspirant, w.person, w.seat_id,
           coalesce(a.seat_id <> w.seat_id, FALSE) AS other_seat, coalesce(a.booth_no, '') AS booth_no,
           a.started_at, a.received_at, a.lat, a.lon, a.accuracy_m, coalesce(a.mock_location, FALSE) AS mock,
           hash(a.device_id) AS device, a.device_id IS NOT NULL AS has_device,
           hash(a.photo_hash) AS photo, a.photo_hash IS NOT NULL AS has_photo,
           least(coalesce(a.attendance, 0), 200) AS met,
           hash(w.seat_id, a.booth_no, a.kind, a.started_at, a.lat, a.lon, a.attendance, a.photo_hash) AS content
    FROM activity a JOIN who w USING (aspirant_id)
    WHERE a.kind IS DISTINCT FROM 'social_post'
), single AS MATERIALIZED (
    -- the same content twice is one event, whoever sends it: the first record stays, copies are not even counted
    SELECT * FROM raw SEMI JOIN (SELECT min(event) AS event FROM raw GROUP BY content) USING (event)
), shared AS (
    SELECT device FROM raw WHERE has_device GROUP BY device HAVING min(person) <> max(person)
), photos AS (
    SELECT photo, min(event) AS first_event FROM single WHERE has_photo GROUP BY photo HAVING count(*) > 1
), ranges AS (
    SELECT seat_id, count(*) AS booths, count(*) FILTER (weak) AS weak_booths, count(weak) AS rated_booths,
           min(lat) - 0.02 AS south, max(lat) + 0.02 AS north, min(lon) - 0.02 AS west, max(lon) + 0.02 AS east
    FROM booth_list GROUP BY seat_id
), located AS (
    -- where nobody's record carries a place (a paper register), place cannot be asked for
    SELECT count(lat) > 0 AS places FROM raw
), checked AS MATERIALIZED (
    SELECT s.*, b.weak,
           s.has_device AND d.device IS NOT NULL AS shared_device,
           s.has_photo AND coalesce(s.event > p.first_event, FALSE) AS photo_again,
           s.other_seat OR (s.booth_no <> '' AND r.booths IS NOT NULL AND b.booth_no IS NULL) AS elsewhere,
           -- a receiver gives five decimals or more; both ends in whole hundredths of a degree were typed in
           coalesce(abs(s.lat * 100 - round(s.lat * 100)) + abs(s.lon * 100 - round(s.lon * 100)) < 1e-6, FALSE)
               AS typed_in,
           s.started_at IS NULL OR s.started_at > s.received_at + INTERVAL 10 MINUTE
               OR s.received_at > s.started_at + INTERVAL 7 DAY AS wrong_time,
           CASE
               WHEN s.lat IS NULL OR s.lon IS NULL THEN (SELECT places FROM located)
               WHEN b.lat IS NOT NULL AND b.lon IS NOT NULL THEN
                   111.195 * sqrt((s.lat - b.lat) ** 2 + ((s.lon - b.lon) * cos(radians(b.lat))) ** 2)
                   > 2.0 + least(coalesce(s.accuracy_m, 0), 1000) / 1000
               WHEN r.south IS NOT NULL AND r.west IS NOT NULL THEN
                   NOT (s.lat BETWEEN r.south AND r.north AND s.lon BETWEEN r.west AND r.east)
               ELSE FALSE
           END AS far
    FROM single s
    LEFT JOIN ranges r ON r.seat_id = s.seat_id
    LEFT JOIN booth_list b ON b.seat_id = s.seat_id AND b.booth_no = s.booth_no
    LEFT JOIN shared d ON d.device = s.device
    LEFT JOIN photos p ON p.photo = s.photo
), sound AS (
    SELECT *, lag(lat) OVER w AS lat_before, lag(lon) OVER w AS lon_before, lag(started_at) OVER w AS started_before,
           count(*) OVER (PARTITION BY aspirant ORDER BY started_at
                          RANGE BETWEEN INTERVAL 10 MINUTE PRECEDING AND INTERVAL 10 MINUTE FOLLOWING) AS at_once
    FROM checked
    WHERE NOT (mock OR shared_device OR photo_again OR elsewhere OR typed_in OR wrong_time OR far)
    WINDOW w AS (PARTITION BY aspirant ORDER BY started_at, event)
), verified AS MATERIALIZED (
    -- 150 km/h, with 2 km of slack for two inaccurate fixes; more than six events within twenty minutes are a burst
    SELECT * FROM sound
    WHERE at_once <= 6 AND NOT coalesce(
        111.195 * sqrt((lat - lat_before) ** 2 + ((lon - lon_before) * cos(radians(lat))) ** 2)
        > 2.0 + 150.0 * epoch(started_at - started_before) / 3600, FALSE)
), at_booth AS (
    -- one line per aspirant and booth: a second visit adds no booth, people met count once, at their largest
    SELECT aspirant, booth_no, any_value(weak) AS weak, max(met) AS met,
           count(DISTINCT time_bucket(INTERVAL 1 WEEK, started_at)) AS weeks,
           max(pow(0.5, greatest(epoch((SELECT as_of_end FROM parameters) - started_at), 0) / 86400 / 60)) AS freshness
    FROM verified GROUP BY aspirant, booth_no
), spread AS (
    SELECT aspirant,
           count(*) FILTER (booth_no <> '') AS reached,
           count(*) FILTER (booth_no <> '' AND weak) AS weak_reached,
           sum(freshness) FILTER (booth_no <> '') AS freshness,
           -- inverse Simpson index of weeks per booth, capped at 4
           pow(sum(least(weeks, 4)) FILTER (booth_no <> ''), 2)
               / nullif(sum(pow(least(weeks, 4), 2)) FILTER (booth_no <> ''), 0) AS effective,
           sum(met) AS met
    FROM at_booth GROUP BY aspirant
), rhythm AS (
    SELECT aspirant,
           count(DISTINCT floor(epoch((SELECT as_of_end FROM parameters) - started_at) / 604800))
               FILTER (epoch((SELECT as_of_end FROM parameters) - started_at) BETWEEN 0 AND 26 * 604800 - 1) AS weeks
    FROM verified GROUP BY aspirant
), claimed AS (
    -- the unit of the verified share is a claimed booth and day, so repetition does not move it
    SELECT aspirant, count(*) AS claims, count(*) FILTER (good) AS good
    FROM (
        SELECT s.aspirant, hash(s.booth_no) AS booth, epoch_us(s.started_at) // 86400000000 AS day,
               bool_or(v.event IS NOT NULL) AS good
        FROM single s LEFT JOIN verified v ON v.event = s.event
        GROUP BY ALL)
    GROUP BY aspirant
)
SELECT w.aspirant_id, w.seat_id,
       coalesce(s.reached, 0) / r.booths AS presence_booths,
       CASE WHEN r.weak_booths > 0 THEN coalesce(s.weak_reached, 0) / r.weak_booths END AS presence_weak_booths,
       coalesce(s.effective, 0) / r.booths AS presence_breadth,
       coalesce(s.freshness, 0) / r.booths AS presence_recency,
       coalesce(y.weeks, 0) / 26 AS presence_regularity,
       ln(1 + coalesce(s.met, 0)) AS presence_people_met,
       c.good / c.claims AS verified_share
FROM who w
LEFT JOIN ranges r ON r.seat_id = w.seat_id
LEFT JOIN spread s ON s.aspirant = w.aspirant
LEFT JOIN rhythm y ON y.aspirant = w.aspirant
LEFT JOIN claimed c ON c.aspirant = w.aspirant
WHERE EXISTS (SELECT 1 FROM raw)
ORDER BY w.aspirant_id
