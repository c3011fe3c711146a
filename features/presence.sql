-- Presence in the field, one row per aspirant of the election, from events that pass basic verification.
--
-- Registered beside the canonical tables: parameters(election_id, as_of_end) and booth_list(election_id, seat_id,
-- booth_no, lat, lon, weak), one list per seat: the election's own, else the last one known.
-- LEAST and GREATEST skip NULL, and a window's first row has no predecessor: each comparison that may meet a NULL is
-- wrapped in coalesce, so an event without a predecessor is never an impossible journey.
WITH who AS (
    SELECT aspirant_id, any_value(seat_id) AS seat_id, coalesce(any_value(person_id), aspirant_id) AS person
    FROM aspirants WHERE election_id = (SELECT election_id FROM parameters)
    GROUP BY aspirant_id
), raw AS (
    -- a social post is activity, never presence
    SELECT a.event_id, a.aspirant_id, w.person, w.seat_id, a.seat_id AS claimed_seat, coalesce(a.booth_no, '') AS booth_no,
           a.kind, a.started_at, a.received_at, a.lat, a.lon, a.accuracy_m, a.mock_location, a.device_id,
           least(coalesce(a.attendance, 0), 200) AS met, a.photo_hash
    FROM activity a JOIN who w USING (aspirant_id)
    WHERE a.kind IS DISTINCT FROM 'social_post'
), single AS (
    -- the same content twice is one event, whoever sends it: the first record stays, copies are not even counted
    SELECT * FROM raw
    QUALIFY row_number() OVER (
        PARTITION BY booth_no, kind, started_at, lat, lon, met, photo_hash, seat_id
        ORDER BY received_at, event_id) = 1
), shared AS (
    SELECT device_id FROM raw WHERE device_id IS NOT NULL GROUP BY device_id HAVING min(person) <> max(person)
), ranges AS (
    SELECT seat_id, count(*) AS booths, count(*) FILTER (weak) AS weak_booths, count(weak) AS rated_booths,
           min(lat) - 0.02 AS south, max(lat) + 0.02 AS north, min(lon) - 0.02 AS west, max(lon) + 0.02 AS east
    FROM booth_list GROUP BY seat_id
), located AS (
    -- where nobody's record carries a place (a paper register), place cannot be asked for
    SELECT count(lat) > 0 AS places FROM raw
), checked AS (
    SELECT s.*, b.weak,
           coalesce(s.mock_location, FALSE) AS mock,
           s.device_id IN (SELECT device_id FROM shared) IS TRUE AS shared_device,
           s.photo_hash IS NOT NULL AND row_number() OVER (
               PARTITION BY s.photo_hash ORDER BY s.received_at, s.event_id) > 1 AS photo_again,
           coalesce(s.claimed_seat <> s.seat_id, FALSE)
               OR (s.booth_no <> '' AND r.booths IS NOT NULL AND b.booth_no IS NULL) AS elsewhere,
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
), sound AS (
    SELECT *, lag(lat) OVER w AS lat_before, lag(lon) OVER w AS lon_before, lag(started_at) OVER w AS started_before
    FROM checked
    WHERE NOT (mock OR shared_device OR photo_again OR elsewhere OR wrong_time OR far)
    WINDOW w AS (PARTITION BY aspirant_id ORDER BY started_at, event_id)
), verified AS (
    -- 150 km/h, with 2 km of slack for two inaccurate fixes
    SELECT * FROM sound
    WHERE NOT coalesce(
        111.195 * sqrt((lat - lat_before) ** 2 + ((lon - lon_before) * cos(radians(lat))) ** 2)
        > 2.0 + 150.0 * epoch(started_at - started_before) / 3600, FALSE)
), at_booth AS (
    -- one line per aspirant and booth: a second visit adds no booth, people met count once, at their largest
    SELECT aspirant_id, booth_no, any_value(weak) AS weak, max(met) AS met,
           count(DISTINCT time_bucket(INTERVAL 1 WEEK, started_at)) AS weeks,
           max(pow(0.5, greatest(epoch((SELECT as_of_end FROM parameters) - started_at), 0) / 86400 / 60)) AS freshness
    FROM verified GROUP BY aspirant_id, booth_no
), spread AS (
    SELECT aspirant_id,
           count(*) FILTER (booth_no <> '') AS reached,
           count(*) FILTER (booth_no <> '' AND weak) AS weak_reached,
           sum(freshness) FILTER (booth_no <> '') AS freshness,
           -- inverse Simpson index of weeks per booth, capped at 4
           pow(sum(least(weeks, 4)) FILTER (booth_no <> ''), 2)
               / nullif(sum(pow(least(weeks, 4), 2)) FILTER (booth_no <> ''), 0) AS effective,
           sum(met) AS met
    FROM at_booth GROUP BY aspirant_id
), rhythm AS (
    SELECT aspirant_id,
           count(DISTINCT floor(epoch((SELECT as_of_end FROM parameters) - started_at) / 604800))
               FILTER (epoch((SELECT as_of_end FROM parameters) - started_at) BETWEEN 0 AND 26 * 604800 - 1) AS weeks
    FROM verified GROUP BY aspirant_id
), claimed AS (
    -- the unit of the verified share is a claimed booth and day, so repetition does not move it
    SELECT aspirant_id, count(*) AS claims, count(*) FILTER (good) AS good
    FROM (
        SELECT s.aspirant_id, s.booth_no, date_trunc('day', s.started_at) AS day, bool_or(v.event_id IS NOT NULL) AS good
        FROM single s LEFT JOIN verified v ON v.event_id = s.event_id
        GROUP BY ALL)
    GROUP BY aspirant_id
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
LEFT JOIN spread s ON s.aspirant_id = w.aspirant_id
LEFT JOIN rhythm y ON y.aspirant_id = w.aspirant_id
LEFT JOIN claimed c ON c.aspirant_id = w.aspirant_id
WHERE EXISTS (SELECT 1 FROM raw)
ORDER BY w.aspirant_id
