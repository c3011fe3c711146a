-- The ledger of evidence, first part: the events in narrow keys, and which of them repeat another.
--
-- `ledger_events.sql`, `ledger_places.sql` and `ledger_verdict.sql` are one query: a row per event of the election's
-- aspirants, what every check saw, and the verdict.
-- Registered beside the canonical tables: parameters(election_id, as_of_end) and booth_list(election_id, seat_id,
-- booth_no, lat, lon, block, weak), one list per seat. A name after a colon is a threshold of
-- `khaka.data.presence_settings`, put in by `khaka.features.ledger.ledger_sql`. Times are whole microseconds of UTC from
-- the first step on.
-- LEAST and GREATEST skip NULL, and a window's first row has no predecessor: each comparison that may meet a NULL is
-- wrapped in coalesce, so the first event of an aspirant or of a device is never an impossible journey.
-- hash() must give 64 bits: 32 would make copies of strangers.
-- Journeys, bursts and what a day holds are a phone's matter: an aspirant's team works at several booths at once.
-- What nearly everybody's log shows (round times, the list's own places) is how work is recorded there and no sign.
WITH own AS (
    SELECT aspirant_id, min(seat_id) AS seat_id, min(coalesce(person_id, aspirant_id)) AS person_id
    FROM aspirants WHERE election_id = (SELECT election_id FROM parameters) GROUP BY aspirant_id
), who AS MATERIALIZED (
    SELECT aspirant_id, seat_id, row_number() OVER (ORDER BY aspirant_id) AS aspirant,
           dense_rank() OVER (ORDER BY person_id) AS person
    FROM own
), listed AS (
    -- everybody of any cycle; those of this one with their numbers
    SELECT a.aspirant_id, w.aspirant, w.person, w.seat_id
    FROM (SELECT DISTINCT aspirant_id FROM aspirants) a LEFT JOIN who w ON w.aspirant_id = a.aspirant_id
), ranges AS (
    -- near is no more than the booths' mean spacing: in a town 1.5 km is half the seat
    SELECT seat_id, booths, south, north, west, east,
           CASE WHEN spots < 10 THEN :near_km
                ELSE least(:near_km, greatest(:near_least_km, :near_spacing * 111.195
                     * sqrt((north - south - 0.04) * (east - west - 0.04) * cos(radians(south)) / spots))) END AS near_km
    FROM (SELECT seat_id, count(*) AS booths, min(lat) - 0.02 AS south, max(lat) + 0.02 AS north,
                 min(lon) - 0.02 AS west, max(lon) + 0.02 AS east,
                 count(DISTINCT floor(lat * 2000) * 1000000 + floor(lon * 2000)) AS spots
          FROM booth_list GROUP BY seat_id) extents
), spots AS MATERIALIZED (
    -- grouped so that the planner sees how few they are, and builds its table of these, not of the events
    SELECT hash(seat_id, booth_no) AS place, min(lat) AS lat, min(lon) AS lon, bool_or(weak) AS weak FROM booth_list
    GROUP BY hash(seat_id, booth_no)
), numbers AS MATERIALIZED (
    -- the events of this cycle; whose aspirant is in no list is kept, as a stranger's. Sorting is what costs: only what
    -- decides the order is sorted. The moment is the server's, so nobody can make up an id that meets another's hash
    SELECT hash(a.event_id) AS id, a.received_at, row_number() OVER (ORDER BY a.received_at, a.event_id) AS event
    FROM activity a
    LEFT JOIN listed w ON w.aspirant_id = a.aspirant_id
    LEFT JOIN (SELECT DISTINCT seat_id FROM who) s ON s.seat_id = a.seat_id
    WHERE w.aspirant IS NOT NULL OR (w.aspirant_id IS NULL AND (a.seat_id IS NULL OR s.seat_id IS NOT NULL))
), raw AS MATERIALIZED (
    -- narrow integer keys: text is what costs next
    SELECT n.event, a.event_id, w.aspirant, w.person,
           coalesce(w.seat_id, a.seat_id) AS seat_id, w.aspirant IS NULL AS unknown_aspirant,
           coalesce(a.booth_no, '') AS booth_no, hash(coalesce(w.seat_id, a.seat_id), coalesce(a.booth_no, '')) AS place,
           coalesce(a.seat_id <> w.seat_id, FALSE)
               OR coalesce(a.booth_no, '') <> '' AND r.seat_id IS NOT NULL AND b.place IS NULL AS elsewhere,
           coalesce(a.kind = 'social_post', FALSE) AS post,
           epoch_us(a.started_at) AS started, epoch_us(a.received_at) AS received,
           a.lat, a.lon, a.accuracy_m, coalesce(a.mock_location, FALSE) AS mock,
           CASE WHEN a.device_id IS NOT NULL THEN hash(a.device_id) END AS device,
           hash(w.aspirant, coalesce(a.device_id, '')) AS hand,
           CASE WHEN a.photo_hash IS NOT NULL AND coalesce(a.review <> 'rejected', TRUE) THEN hash(a.photo_hash) END
               AS photo,
           coalesce(a.attendance, 0) AS met,
           a.witness_id IS NOT NULL AND coalesce(a.witness_id <> a.aspirant_id, TRUE) AS witness,
           coalesce(a.review = 'rejected', FALSE) AS rejected, coalesce(a.review = 'has_issues', FALSE) AS questioned,
           -- the same content twice is one event, whoever sends it; where nothing tells two records apart but the
           -- sender, it must be the same sender. What a reviewer rejected is sent again, corrected: it was no first one
           hash(coalesce(w.seat_id, a.seat_id), coalesce(a.booth_no, ''), coalesce(a.kind, ''), a.started_at, a.lat,
                a.lon, a.attendance, coalesce(a.photo_hash, ''),
                CASE WHEN a.review = 'rejected' THEN a.event_id
                     WHEN a.lat IS NULL AND a.photo_hash IS NULL THEN a.aspirant_id END) AS content,
           -- a candidate for a copy that was moved a little: the same booth, kind, people met and accuracy again
           CASE WHEN a.attendance > 0 AND a.lat IS NOT NULL AND a.lon IS NOT NULL AND w.aspirant IS NOT NULL
                     AND coalesce(a.kind, '') <> 'social_post'
                THEN hash(w.aspirant, coalesce(a.booth_no, ''), coalesce(a.kind, ''), a.attendance, a.accuracy_m)
                END AS twin,
           -- a receiver never gives one place twice to a decimetre; to a metre (five decimals) it may, but seldom
           -- with the same accuracy
           CASE WHEN a.review = 'rejected' THEN NULL
                WHEN abs(a.lat * 100000 - round(a.lat * 100000)) + abs(a.lon * 100000 - round(a.lon * 100000)) > 0.005
                THEN hash(a.lat, a.lon)
                WHEN abs(a.lat * 10000 - round(a.lat * 10000)) + abs(a.lon * 10000 - round(a.lon * 10000)) > 0.005
                     AND a.accuracy_m IS NOT NULL
                THEN hash(a.lat, a.lon, a.accuracy_m) END AS fix,
           b.place IS NOT NULL AS listed_booth, b.weak, b.lat AS booth_lat, b.lon AS booth_lon,
           coalesce(r.near_km, :near_km) AS near_km,
           CASE WHEN r.south IS NOT NULL AND r.west IS NOT NULL
                THEN a.lat BETWEEN r.south AND r.north AND a.lon BETWEEN r.west AND r.east END AS inside,
           CASE WHEN r.south IS NOT NULL AND r.west IS NOT NULL
                THEN a.lon BETWEEN r.south AND r.north AND a.lat BETWEEN r.west AND r.east END AS turned
    FROM activity a
    LEFT JOIN listed w ON w.aspirant_id = a.aspirant_id
    LEFT JOIN ranges r ON r.seat_id = coalesce(w.seat_id, a.seat_id)
    LEFT JOIN spots b ON b.place = hash(coalesce(w.seat_id, a.seat_id), coalesce(a.booth_no, ''))
    JOIN numbers n ON n.id = hash(a.event_id) AND n.received_at = a.received_at
), repeated AS MATERIALIZED (
    SELECT content, min(event) AS first_event FROM raw GROUP BY content HAVING count(*) > 1
), singles AS (
    -- a copy is no evidence of anything: not of a phone, a place, a habit, or of how often something happens
    SELECT r.*
    FROM raw r LEFT JOIN repeated c ON c.content = r.content
    WHERE coalesce(r.event = c.first_event, TRUE) AND NOT r.rejected
), photos AS (
    SELECT photo, min(event) AS first_event FROM raw WHERE photo IS NOT NULL GROUP BY photo HAVING count(*) > 1
), fixes AS MATERIALIZED (
    SELECT f.fix, f.first_event, r.hand, r.started
    FROM (SELECT fix, min(event) AS first_event FROM raw WHERE fix IS NOT NULL GROUP BY fix HAVING count(*) > 1) f
    JOIN raw r ON r.event = f.first_event
), users AS MATERIALIZED (
    SELECT device, person, count(*) AS events FROM singles WHERE device IS NOT NULL AND person IS NOT NULL
    GROUP BY device, person
), devices AS (
    -- the one who has nearly all records of a phone is its owner, and not to blame for the rest
    SELECT device, count(*) AS people, sum(events) AS events, max(events) AS most,
           arg_max(person, events) AS owner
    FROM users GROUP BY device HAVING count(*) >= :device_people
), twins AS MATERIALIZED (
    SELECT twin, min(event) AS first_event FROM singles WHERE twin IS NOT NULL GROUP BY twin HAVING count(*) > 1
), stands AS (
    -- one position to the last digit, claimed again, is one visit when it comes to how often something happens
    SELECT s.event, s.aspirant, s.place, s.met, coalesce(s.accuracy_m, -1) AS accuracy
    FROM singles s LEFT JOIN fixes f ON f.fix = s.fix
    WHERE s.aspirant IS NOT NULL AND s.lat IS NOT NULL AND NOT s.post AND coalesce(s.event = f.first_event, TRUE)
), alike AS MATERIALIZED (
    SELECT s.event, s.aspirant, s.place, s.met, coalesce(s.accuracy_m, -1) AS accuracy, s.lat, s.lon, t.twin,
           t.first_event
    FROM singles s JOIN twins t ON t.twin = s.twin
), kept AS (
    SELECT a.twin, count(*) - 1 AS others FROM alike a JOIN stands s ON s.event = a.event GROUP BY a.twin
), logs AS (
    SELECT aspirant, count(*) AS n FROM stands GROUP BY aspirant
), often_met AS (
    SELECT s.aspirant, s.met, count(*) AS n
    FROM stands s JOIN (SELECT DISTINCT aspirant, met FROM alike) a ON a.aspirant = s.aspirant AND a.met = s.met
    GROUP BY s.aspirant, s.met
), often_accurate AS (
    SELECT s.aspirant, s.accuracy, count(*) AS n
    FROM stands s
    JOIN (SELECT DISTINCT aspirant, accuracy FROM alike) a ON a.aspirant = s.aspirant AND a.accuracy = s.accuracy
    GROUP BY s.aspirant, s.accuracy
), often_there AS (
    SELECT s.aspirant, s.place, count(*) AS n
    FROM stands s JOIN (SELECT DISTINCT aspirant, place FROM alike) a ON a.aspirant = s.aspirant AND a.place = s.place
    GROUP BY s.aspirant, s.place
), counted AS (
    -- the first of a group has no other where all the rest repeat a position
    SELECT a.event, a.twin, a.first_event, a.met, a.lat, a.lon, coalesce(k.others, 0) AS others,
           coalesce(l.n, 1) * 1.0 AS logged, coalesce(m.n, 1) AS as_many, coalesce(y.n, 1) AS as_accurate,
           coalesce(t.n, 1) AS there
    FROM alike a
    LEFT JOIN kept k ON k.twin = a.twin
    LEFT JOIN logs l ON l.aspirant = a.aspirant
    LEFT JOIN often_met m ON m.aspirant = a.aspirant AND m.met = a.met
    LEFT JOIN often_accurate y ON y.aspirant = a.aspirant AND y.accuracy = a.accuracy
    LEFT JOIN often_there t ON t.aspirant = a.aspirant AND t.place = a.place
), expected AS (
    -- how many other visits to the booth would agree in people met and accuracy by chance, as often as the rest of the
    -- log has them
    SELECT event, twin, others, first_event, met, lat, lon,
           (there - 1) * least(0.3, (as_many - others) / logged) * (as_accurate - others) / logged AS chance
    FROM counted
), spaced AS (
    -- so many agree by chance no more often than `chance` and than Chernoff's bound for a Poisson count; honest fixes
    -- scatter by :copy_m, so that one lies within r of another with a chance of (r / 2 scatter)^2. Where the product
    -- is below :copy_chance, one is the other's copy. Fifty metres at most, and a metre where the number is not round
    SELECT event, twin, first_event, lat, lon,
           greatest(CASE WHEN met % 5 = 0 THEN 0.0 ELSE 1.2 END, least(50.0, 2 * :copy_m * sqrt(:copy_chance
                 / CASE WHEN others > chance
                        THEN least(1.0, chance, exp(others - chance) * pow(chance / others, others))
                        ELSE 1.0 END))) AS most
    FROM expected
), stepped AS (
    SELECT s.event, s.twin, s.lat, s.lon,
           s.event > s.first_event AND abs(s.lat - f.lat) <= s.most / 111195.0
               AND abs(s.lon - f.lon) <= s.most / 100000.0 AS by_first,
           CASE WHEN coalesce(s.lat - lag(s.lat) OVER w <= s.most / 111195.0
                              AND abs(s.lon - lag(s.lon) OVER w) <= s.most / 100000.0, FALSE) THEN 0 ELSE 1 END AS step
    FROM spaced s JOIN alike f ON f.event = s.first_event
    WINDOW w AS (PARTITION BY s.twin ORDER BY s.lat, s.lon, s.event)
), clustered AS (
    SELECT event, twin, by_first,
           sum(step) OVER (PARTITION BY twin ORDER BY lat, lon, event
                           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS cluster
    FROM stepped
), moved AS MATERIALIZED (
    SELECT event FROM (
        SELECT event, by_first, row_number() OVER (PARTITION BY twin, cluster ORDER BY event) AS place
        FROM clustered) numbered
    WHERE place > 1 OR by_first
    GROUP BY event
