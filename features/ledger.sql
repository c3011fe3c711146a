-- The ledger of evidence: one row per event of the election's aspirants, what every check saw, and the verdict.
--
-- Registered beside the canonical tables: parameters(election_id, as_of_end) and booth_list(election_id, seat_id,
-- booth_no, lat, lon, block, weak), one list per seat. A name after a colon is a threshold of `khaka.data.presence_settings`, put in
-- by `khaka.features.ledger.ledger_sql`. Times are whole microseconds of UTC from the first step on.
-- LEAST and GREATEST skip NULL, and a window's first row has no predecessor: each comparison that may meet a NULL is
-- wrapped in coalesce, so the first event of an aspirant or of a device is never an impossible journey.
-- hash() must give 64 bits: 32 would make copies of strangers.
-- Journeys, bursts and what a day holds are a phone's matter: an aspirant's team works at several booths at once.
-- What nearly everybody's log shows (round times, the list's own places) is how work is recorded there and no sign.
WITH own AS (
    SELECT aspirant_id, min(seat_id) AS seat_id, min(coalesce(person_id, aspirant_id)) AS person_id
    FROM aspirants WHERE election_id = (SELECT election_id FROM parameters) GROUP BY aspirant_id
), who AS (
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
), raw AS MATERIALIZED (
    -- narrow integer keys: sorting text is what costs. Whose aspirant is in no list is kept, as a stranger's
    SELECT row_number() OVER (ORDER BY a.received_at, a.event_id) AS event, a.event_id, w.aspirant, w.person,
           coalesce(w.seat_id, a.seat_id) AS seat_id, w.aspirant IS NULL AS unknown_aspirant,
           coalesce(a.seat_id <> w.seat_id, FALSE) AS other_seat,
           coalesce(a.booth_no, '') AS booth_no, coalesce(a.kind, '') AS kind,
           coalesce(a.kind = 'social_post', FALSE) AS post,
           epoch_us(a.started_at) AS started, epoch_us(a.received_at) AS received,
           a.lat, a.lon, a.accuracy_m, coalesce(a.mock_location, FALSE) AS mock,
           CASE WHEN a.device_id IS NOT NULL THEN hash(a.device_id) END AS device,
           hash(w.aspirant, coalesce(a.device_id, '')) AS hand,
           CASE WHEN a.photo_hash IS NOT NULL THEN hash(a.photo_hash) END AS photo,
           coalesce(a.attendance, 0) AS met,
           a.witness_id IS NOT NULL AND coalesce(a.witness_id <> a.aspirant_id, TRUE) AS witness,
           -- the same content twice is one event, whoever sends it; where nothing tells two records apart but the
           -- sender, it must be the same sender
           hash(coalesce(w.seat_id, a.seat_id), coalesce(a.booth_no, ''), coalesce(a.kind, ''), a.started_at, a.lat,
                a.lon, a.attendance, coalesce(a.photo_hash, ''),
                CASE WHEN a.lat IS NULL AND a.photo_hash IS NULL THEN a.aspirant_id END) AS content,
           -- a receiver never gives one place twice to a decimetre; to a metre (five decimals) it may, but seldom
           -- with the same accuracy
           CASE WHEN abs(a.lat * 100000 - round(a.lat * 100000)) + abs(a.lon * 100000 - round(a.lon * 100000)) > 0.005
                THEN hash(a.lat, a.lon)
                WHEN abs(a.lat * 10000 - round(a.lat * 10000)) + abs(a.lon * 10000 - round(a.lon * 10000)) > 0.005
                     AND a.accuracy_m IS NOT NULL
                THEN hash(a.lat, a.lon, a.accuracy_m) END AS fix
    FROM activity a LEFT JOIN listed w ON w.aspirant_id = a.aspirant_id
    WHERE (w.aspirant IS NOT NULL OR w.aspirant_id IS NULL)
      AND (w.aspirant IS NOT NULL OR a.seat_id IS NULL OR a.seat_id IN (SELECT seat_id FROM who))
), repeated AS (
    SELECT content, min(event) AS first_event FROM raw GROUP BY content HAVING count(*) > 1
), photos AS (
    SELECT photo, min(event) AS first_event FROM raw WHERE photo IS NOT NULL GROUP BY photo HAVING count(*) > 1
), fixes AS (
    SELECT f.fix, f.first_event, r.hand, r.started
    FROM (SELECT fix, min(event) AS first_event FROM raw WHERE fix IS NOT NULL GROUP BY fix HAVING count(*) > 1) f
    JOIN raw r ON r.event = f.first_event
), users AS (
    SELECT device, person, count(*) AS events FROM raw WHERE device IS NOT NULL AND person IS NOT NULL
    GROUP BY device, person
), devices AS (
    -- the one who has nearly all records of a phone is its owner, and not to blame for the rest
    SELECT device, count(*) AS people, sum(events) AS events, max(events) AS most,
           arg_max(person, events) AS owner
    FROM users GROUP BY device HAVING count(*) >= :device_people
), clocks AS (
    -- every record of the day arrives a day after it, at the same distance: the clock, not the network
    SELECT hand, (started + 19800000000) // 86400000000 AS day
    FROM raw WHERE started IS NOT NULL AND NOT post AND content NOT IN (SELECT content FROM repeated)
    GROUP BY hand, (started + 19800000000) // 86400000000
    HAVING count(*) >= 3 AND max(started) - min(started) >= 3600000000
       AND max(received - started) - min(received - started) <= 1800000000
       AND min(received - started) >= 79200000000 AND max(received - started) <= 93600000000
), loads AS (
    SELECT hand, received // 3600000000 AS hour, count(*) AS load_events
    FROM raw WHERE started IS NOT NULL AND NOT post AND content NOT IN (SELECT content FROM repeated)
    GROUP BY hand, received // 3600000000
    HAVING count(*) >= :bulk_events AND max(started) - min(started) >= :bulk_days * 86400000000
), twins AS (
    -- candidates for a copy that was moved a little: the same booth, kind, people met and accuracy again
    SELECT hash(aspirant, booth_no, kind, met, accuracy_m) AS twin, count(*) - 1 AS others, min(event) AS first_event
    FROM raw
    WHERE met > 0 AND lat IS NOT NULL AND lon IS NOT NULL AND NOT post AND aspirant IS NOT NULL
    GROUP BY hash(aspirant, booth_no, kind, met, accuracy_m) HAVING count(*) > 1
), alike AS (
    SELECT r.event, r.aspirant, r.booth_no, r.met, coalesce(r.accuracy_m, -1) AS accuracy, r.lat, r.lon, t.twin,
           t.others, t.first_event
    FROM raw r
    JOIN twins t ON t.twin = hash(r.aspirant, r.booth_no, r.kind, r.met, r.accuracy_m)
    WHERE r.met > 0 AND r.lat IS NOT NULL AND r.lon IS NOT NULL AND NOT r.post AND r.aspirant IS NOT NULL
), logs AS (
    SELECT aspirant, count(*) AS n FROM raw WHERE lat IS NOT NULL AND NOT post GROUP BY aspirant
), often_met AS (
    SELECT aspirant, met, count(*) AS n FROM raw WHERE lat IS NOT NULL AND NOT post GROUP BY aspirant, met
), often_accurate AS (
    SELECT aspirant, coalesce(accuracy_m, -1) AS accuracy, count(*) AS n FROM raw
    WHERE lat IS NOT NULL AND NOT post GROUP BY aspirant, coalesce(accuracy_m, -1)
), often_there AS (
    SELECT aspirant, booth_no, count(*) AS n FROM raw WHERE lat IS NOT NULL AND NOT post GROUP BY aspirant, booth_no
), expected AS (
    -- how many other visits to the booth would agree in people met and accuracy by chance, as often as the rest of the
    -- log has them
    SELECT a.event, a.twin, a.others, a.first_event, a.met, a.lat, a.lon,
           (t.n - 1) * least(0.3, (m.n - a.others) / (l.n * 1.0)) * (y.n - a.others) / (l.n * 1.0) AS chance
    FROM alike a
    JOIN logs l ON l.aspirant = a.aspirant
    JOIN often_met m ON m.aspirant = a.aspirant AND m.met = a.met
    JOIN often_accurate y ON y.aspirant = a.aspirant AND y.accuracy = a.accuracy
    JOIN often_there t ON t.aspirant = a.aspirant AND t.booth_no = a.booth_no
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
    FROM spaced s JOIN raw f ON f.event = s.first_event
    WINDOW w AS (PARTITION BY s.twin ORDER BY s.lat, s.lon, s.event)
), clustered AS (
    SELECT event, twin, by_first,
           sum(step) OVER (PARTITION BY twin ORDER BY lat, lon, event
                           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS cluster
    FROM stepped
), moved AS (
    SELECT event FROM (
        SELECT event, by_first, row_number() OVER (PARTITION BY twin, cluster ORDER BY event) AS place
        FROM clustered) numbered
    WHERE place > 1 OR by_first
), located AS (
    -- where nobody's record carries a place (a paper register), place cannot be asked for
    -- where places are finer than eleven metres, whole thousandths of a degree were typed in too
    SELECT count(lat) > 0 AS places,
           coalesce(avg(CASE WHEN lat IS NOT NULL AND lon IS NOT NULL THEN
               CASE WHEN abs(lat * 10000 - round(lat * 10000)) + abs(lon * 10000 - round(lon * 10000)) > 0.005
                    THEN 1.0 ELSE 0.0 END END) > 0.5, FALSE) AS fine
    FROM raw
), wanderers AS (
    -- whose positions lie elsewhere than claimed time and again has no voice in where a booth is
    SELECT r.aspirant
    FROM raw r
    JOIN booth_list b ON b.seat_id = r.seat_id AND b.booth_no = r.booth_no
    JOIN ranges g ON g.seat_id = r.seat_id
    WHERE r.aspirant IS NOT NULL AND NOT r.post AND r.lat IS NOT NULL AND r.lon IS NOT NULL AND b.lat IS NOT NULL
      AND b.lon IS NOT NULL
    GROUP BY r.aspirant
    HAVING sum(CASE WHEN (r.lat - b.lat) * (r.lat - b.lat)
                         + (r.lon - b.lon) * cos(radians(b.lat)) * (r.lon - b.lon) * cos(radians(b.lat))
                         > (g.near_km / 111.195) * (g.near_km / 111.195) THEN 1 ELSE 0 END)
           >= greatest(5, :astray_share * count(*))
), personal AS (
    -- a booth without coordinates is where most of those who say they were there stood, one voice an aspirant
    SELECT r.seat_id, r.booth_no, r.aspirant, median(r.lat) AS lat, median(r.lon) AS lon
    FROM raw r JOIN booth_list b ON b.seat_id = r.seat_id AND b.booth_no = r.booth_no
    WHERE (b.lat IS NULL OR b.lon IS NULL) AND r.lat IS NOT NULL AND r.lon IS NOT NULL AND r.aspirant IS NOT NULL
      AND NOT r.post AND NOT r.mock AND r.aspirant NOT IN (SELECT aspirant FROM wanderers)
    GROUP BY r.seat_id, r.booth_no, r.aspirant
), learned AS (
    SELECT seat_id, booth_no, median(lat) AS lat, median(lon) AS lon FROM personal
    GROUP BY seat_id, booth_no
    HAVING count(*) >= 3 OR (count(*) = 2 AND max(lat) - min(lat) < 0.007 AND max(lon) - min(lon) < 0.007)
), strays AS (
    -- where those stood who were not where the list has the booth; who claims several booths from one spot has no voice
    SELECT seat_id, booth_no, aspirant, avg(lat) AS lat, avg(lon) AS lon
    FROM (
        SELECT r.seat_id, r.booth_no, r.aspirant, r.lat, r.lon,
               count(*) OVER (PARTITION BY r.aspirant, floor(r.lat * 1000), floor(r.lon * 1000)) AS there,
               count(*) OVER (PARTITION BY r.aspirant, r.booth_no, floor(r.lat * 1000), floor(r.lon * 1000)) AS own
        FROM raw r
        JOIN booth_list b ON b.seat_id = r.seat_id AND b.booth_no = r.booth_no
        JOIN ranges g ON g.seat_id = r.seat_id
        WHERE r.aspirant IS NOT NULL AND NOT r.post AND NOT r.mock
          AND (r.lat - b.lat) * (r.lat - b.lat)
              + (r.lon - b.lon) * cos(radians(b.lat)) * (r.lon - b.lon) * cos(radians(b.lat))
              > (g.near_km / 111.195) * (g.near_km / 111.195)) s
    WHERE there = own
    GROUP BY seat_id, booth_no, aspirant
), middles AS (
    SELECT seat_id, booth_no, median(lat) AS lat, median(lon) AS lon FROM strays
    GROUP BY seat_id, booth_no HAVING count(*) >= 3
), agreed AS (
    -- three and more who stood together, and more of them than stood where the list has it
    SELECT m.seat_id, m.booth_no, m.lat, m.lon
    FROM middles m
    JOIN strays s ON s.seat_id = m.seat_id AND s.booth_no = m.booth_no
    GROUP BY m.seat_id, m.booth_no, m.lat, m.lon
    HAVING sum(CASE WHEN abs(s.lat - m.lat) < 0.004 AND abs(s.lon - m.lon) < 0.004 THEN 1 ELSE 0 END) >= 3
       AND sum(CASE WHEN abs(s.lat - m.lat) < 0.004 AND abs(s.lon - m.lon) < 0.004 THEN 1 ELSE 0 END) >= 0.6 * count(*)
), listed_votes AS (
    SELECT r.seat_id, r.booth_no, count(DISTINCT r.aspirant) AS voices
    FROM raw r
    JOIN agreed m ON m.seat_id = r.seat_id AND m.booth_no = r.booth_no
    JOIN booth_list b ON b.seat_id = r.seat_id AND b.booth_no = r.booth_no
    WHERE r.aspirant IS NOT NULL AND NOT r.post AND NOT r.mock
      AND abs(r.lat - b.lat) < 0.004 AND abs(r.lon - b.lon) < 0.004
    GROUP BY r.seat_id, r.booth_no
), mended AS (
    SELECT m.seat_id, m.booth_no, m.lat, m.lon
    FROM agreed m LEFT JOIN listed_votes v ON v.seat_id = m.seat_id AND v.booth_no = m.booth_no
    WHERE coalesce(v.voices, 0) < 3
), known_booths AS (
    SELECT b.seat_id, b.booth_no, b.weak, b.lat AS list_lat, b.lon AS list_lon,
           coalesce(m.lat, CASE WHEN b.lon IS NOT NULL THEN b.lat END, g.lat) AS lat,
           coalesce(m.lon, CASE WHEN b.lat IS NOT NULL THEN b.lon END, g.lon) AS lon
    FROM booth_list b
    LEFT JOIN learned g ON g.seat_id = b.seat_id AND g.booth_no = b.booth_no
    LEFT JOIN mended m ON m.seat_id = b.seat_id AND m.booth_no = b.booth_no
), placed AS MATERIALIZED (
    SELECT s.*, b.weak, b.list_lat AS booth_lat, b.list_lon AS booth_lon, r.south, r.north, r.west, r.east,
           coalesce(r.near_km, :near_km) AS near_km,
           s.booth_no <> '' AND r.booths IS NOT NULL AND b.booth_no IS NULL AS unknown_booth,
           s.lat IS NOT NULL AND s.lon IS NOT NULL AS has_place,
           coalesce(abs(s.lat) < 0.01 OR abs(s.lon) < 0.01, FALSE) AS zero_place,
           coalesce(NOT (s.lat BETWEEN r.south AND r.north AND s.lon BETWEEN r.west AND r.east)
                    AND s.lon BETWEEN r.south AND r.north AND s.lat BETWEEN r.west AND r.east, FALSE) AS swapped,
           111.195 * sqrt((s.lat - b.lat) * (s.lat - b.lat)
                          + (s.lon - b.lon) * cos(radians(b.lat)) * (s.lon - b.lon) * cos(radians(b.lat))) AS km
    FROM raw s
    LEFT JOIN ranges r ON r.seat_id = s.seat_id
    LEFT JOIN known_booths b ON b.seat_id = s.seat_id AND b.booth_no = s.booth_no
), astray AS (
    SELECT p.event, p.seat_id, p.lat, p.lon, p.lat * 80 / :far_km AS y, p.lon * 80 / :far_km AS x
    FROM placed p
    WHERE p.has_place AND NOT p.zero_place AND NOT p.swapped AND coalesce(p.km > p.near_km, p.booth_no <> '')
), around AS (
    -- each booth in its own cell and the eight around it: cells are a little wider than far_km
    SELECT b.seat_id, b.booth_no, b.lat, b.lon, cos(radians(b.lat)) AS narrow, floor(b.lat * 80 / :far_km) + i.step AS y,
           floor(b.lon * 80 / :far_km) + j.step AS x
    FROM known_booths b
    CROSS JOIN (SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1) i
    CROSS JOIN (SELECT -1 AS step UNION ALL SELECT 0 UNION ALL SELECT 1) j
    WHERE b.lat IS NOT NULL AND b.lon IS NOT NULL
), nearest AS (
    SELECT event, arg_min(booth_no, km) AS near_booth, min(km) AS near_booth_km
    FROM (
        SELECT a.event, c.booth_no,
               111.195 * sqrt((a.lat - c.lat) * (a.lat - c.lat)
                              + (a.lon - c.lon) * c.narrow * (a.lon - c.lon) * c.narrow) AS km
        FROM astray a JOIN around c ON c.seat_id = a.seat_id AND c.y = floor(a.y) AND c.x = floor(a.x)) found
    WHERE km <= :far_km
    GROUP BY event
), desk_spots AS (
    -- one spot, a hundred metres across, from which several booths that are elsewhere were claimed
    SELECT p.aspirant, floor(p.lat * 1000) AS y, floor(p.lon * 1000) AS x, count(DISTINCT p.booth_no) AS spot_booths
    FROM placed p
    WHERE p.aspirant IS NOT NULL AND p.km > :spot_km + least(coalesce(p.accuracy_m, 0), 1000) / 1000
    GROUP BY p.aspirant, floor(p.lat * 1000), floor(p.lon * 1000)
    HAVING count(DISTINCT p.booth_no) >= :spot_booths
), manners AS (
    -- how each phone records: marks that one honest event may bear by chance and a log may not; copies are no more
    -- evidence than what they were copied from
    SELECT hand, count(*) AS n,
           sum(CASE WHEN abs(lat - booth_lat) < 0.0000015 AND abs(lon - booth_lon) < 0.0000015 THEN 1 ELSE 0 END)
               AS exact,
           sum(CASE WHEN abs(lat - booth_lat) < 0.000027 AND abs(lon - booth_lon) < 0.00003 THEN 1 ELSE 0 END) AS close,
           sum(CASE WHEN started % 300000000 = 0 AND met > 0 AND met % 5 = 0
                         AND coalesce(accuracy_m = round(accuracy_m), TRUE) THEN 1 ELSE 0 END) AS round,
           sum(CASE WHEN ((started + 19800000000) // 3600000000) % 24 IN (23, 0, 1, 2, 3, 4) THEN 1 ELSE 0 END) AS night,
           count(km) AS told, sum(CASE WHEN km > near_km THEN 1 ELSE 0 END) AS off,
           sum(CASE WHEN km <= near_km THEN km END) AS way, sum(CASE WHEN km <= near_km THEN km * km END) AS way_2
    FROM placed p
    LEFT JOIN repeated c ON c.content = p.content
    LEFT JOIN moved m ON m.event = p.event
    WHERE NOT post AND aspirant IS NOT NULL AND m.event IS NULL AND coalesce(p.event = c.first_event, TRUE)
    GROUP BY hand
), usual_way AS (
    -- how far from its booth work lies where positions fit their claims: mean and four standard deviations; fifty
    -- events at least, a few tell nothing of it
    SELECT sum(way) / sum(told - off)
               + 4 * sqrt(greatest(0, sum(way_2) / sum(told - off) - pow(sum(way) / sum(told - off), 2))) AS km
    FROM manners WHERE told > off AND off < :astray_share * told
    HAVING sum(told - off) >= 50
), usual AS (
    SELECT coalesce(median(exact / (n * 1.0)), 0) AS exact, coalesce(median(close / (n * 1.0)), 0) AS close,
           coalesce(median(round / (n * 1.0)), 0) AS round, coalesce(median(night / (n * 1.0)), 0) AS night
    FROM manners
), odd_manners AS (
    SELECT m.hand,
           m.close >= 5 AND m.close > m.n * u.close + 5 * sqrt(m.n * u.close) + 3 AS pasted,
           m.round >= 5 AND m.round > m.n * u.round + 5 * sqrt(m.n * u.round) + 3 AS typed,
           m.off >= 5 AND m.off >= :astray_share * m.told AS astray
    FROM manners m CROSS JOIN usual u
    WHERE m.close >= 5 OR m.round >= 5 OR m.off >= 5
), checked AS MATERIALIZED (
    SELECT p.event, p.event_id, p.aspirant, p.hand, p.seat_id, p.booth_no, p.post, p.started, p.received, p.lat,
           p.lon, p.accuracy_m, p.device, p.weak, p.km, p.near_km AS near_limit, p.witness, p.unknown_aspirant,
           least(p.met, :most_met) AS met, n.near_booth, n.near_booth_km,
           o.load_events, k.spot_booths, v.people AS device_people,
           p.other_seat OR p.unknown_booth AS elsewhere,
           coalesce(p.event > c.first_event, FALSE) AS copy_of,
           p.mock AND NOT p.post AS mock,
           p.started IS NULL AS no_time,
           coalesce(p.started > p.received + :ahead_minutes * 60000000, FALSE) AS ahead,
           y.hand IS NOT NULL
               OR coalesce(p.started - p.received BETWEEN 79200000000 AND 93600000000, FALSE) AS clock_day,
           coalesce(p.received > p.started + :late_days * 86400000000, FALSE) AND NOT p.post AS late,
           o.hand IS NOT NULL AND NOT p.post AS bulk,
           v.device IS NOT NULL AND NOT p.post
               AND NOT (coalesce(p.person = v.owner, FALSE) AND v.most >= :device_owner_share * v.events)
               AS shared_device,
           coalesce(p.event > f.first_event, FALSE) AS photo_again,
           m.event IS NOT NULL AS moved_copy,
           -- a phone that has lost its satellites gives its last place for a while
           coalesce(p.event > x.first_event AND NOT p.post AND (SELECT exact FROM usual) <= 0.5
                    AND NOT (p.hand = x.hand AND abs(p.started - x.started) <= :fix_hours * 3600000000), FALSE)
               AS same_fix,
           k.aspirant IS NOT NULL AS one_spot,
           coalesce(NOT p.post AND (SELECT night FROM usual) <= 0.02
                    AND ((p.started + 19800000000) // 3600000000) % 24 IN (23, 0, 1, 2, 3, 4), FALSE) AS night,
           coalesce(q.typed AND NOT p.post AND p.started % 300000000 = 0 AND p.met > 0 AND p.met % 5 = 0
                    AND coalesce(p.accuracy_m = round(p.accuracy_m), TRUE), FALSE) AS typed,
           NOT p.post AND NOT p.has_place AND (SELECT places FROM located) AS no_place,
           NOT p.post AND p.zero_place AS zero_place,
           NOT p.post AND p.swapped AS swapped,
           NOT p.post AND coalesce(p.accuracy_m > :most_accuracy_m, FALSE) AS inaccurate,
           -- a receiver gives five decimals or more; both ends in whole hundredths of a degree were typed in
           NOT p.post AND coalesce(
               (abs(p.lat * 100 - round(p.lat * 100)) + abs(p.lon * 100 - round(p.lon * 100)) < 1e-6
                OR (SELECT fine FROM located)
                   AND abs(p.lat * 1000 - round(p.lat * 1000)) + abs(p.lon * 1000 - round(p.lon * 1000)) < 1e-6)
               AND NOT p.zero_place, FALSE) AS round_place,
           -- and no receiver hits the list's own coordinates to a decimetre, or time and again to three metres
           NOT p.post AND coalesce(
               (abs(p.lat - p.booth_lat) < 0.0000015 AND abs(p.lon - p.booth_lon) < 0.0000015
                    AND (SELECT exact FROM usual) <= 0.5
                OR q.pasted AND abs(p.lat - p.booth_lat) < 0.000027 AND abs(p.lon - p.booth_lon) < 0.00003)
               AND NOT p.zero_place, FALSE) AS from_list,
           NOT p.post AND p.has_place AND NOT p.zero_place AND NOT p.swapped AND n.event IS NULL
               AND CASE WHEN p.km IS NOT NULL
                        THEN p.km > p.near_km + least(coalesce(p.accuracy_m, 0), 1000) / 1000
                        WHEN p.south IS NOT NULL AND p.west IS NOT NULL
                        THEN NOT (p.lat BETWEEN p.south AND p.north AND p.lon BETWEEN p.west AND p.east)
                        ELSE FALSE END AS far,
           coalesce(q.astray AND NOT p.post AND CASE
                        WHEN p.km IS NULL THEN p.booth_no <> '' AND p.has_place
                        ELSE p.km <= p.near_km
                            AND p.km > (SELECT km FROM usual_way) + least(coalesce(p.accuracy_m, 0), 1000) / 1000 END,
                    FALSE) AS by_chance,
           NOT p.post AND n.event IS NOT NULL
               AND coalesce(p.km > p.near_km + least(coalesce(p.accuracy_m, 0), 1000) / 1000, FALSE) AS other_booth
    FROM placed p
    LEFT JOIN repeated c ON c.content = p.content
    LEFT JOIN photos f ON f.photo = p.photo
    LEFT JOIN devices v ON v.device = p.device
    LEFT JOIN fixes x ON x.fix = p.fix
    LEFT JOIN odd_manners q ON q.hand = p.hand
    LEFT JOIN clocks y ON y.hand = p.hand AND y.day = (p.started + 19800000000) // 86400000000
    LEFT JOIN loads o ON o.hand = p.hand AND o.hour = p.received // 3600000000
    LEFT JOIN moved m ON m.event = p.event
    LEFT JOIN nearest n ON n.event = p.event
    LEFT JOIN desk_spots k ON k.aspirant = p.aspirant AND k.y = floor(p.lat * 1000) AND k.x = floor(p.lon * 1000)
), sound AS (
    -- journeys and bursts are looked for among events that nothing else speaks against: a false event must not
    -- make an honest one impossible
    SELECT event, aspirant, hand, device, lat, lon, started, least(coalesce(accuracy_m, 0), 1000) / 1000 AS blur
    FROM checked
    WHERE NOT (post OR unknown_aspirant OR elsewhere OR copy_of OR mock OR no_time OR ahead OR clock_day OR late OR bulk
               OR shared_device OR photo_again OR moved_copy OR same_fix OR one_spot OR typed OR no_place OR zero_place
               OR swapped OR round_place OR from_list OR far OR other_booth OR by_chance)
), hours AS (
    -- 1 January 1970 was a Thursday: whole days modulo 7 are 2 on a Saturday and 3 on a Sunday
    SELECT aspirant,
           avg(CASE WHEN ((started + 19800000000) // 86400000000) % 7 NOT IN (2, 3)
                     AND ((started + 19800000000) // 3600000000) % 24 BETWEEN 10 AND 16 THEN 1.0 ELSE 0.0 END)
               >= :office_share AS office
    FROM sound
    GROUP BY aspirant
    HAVING count(*) >= :office_events
), desks AS (
    SELECT aspirant FROM hours
    WHERE office AND (SELECT sum(CASE WHEN office THEN 1 ELSE 0 END) <= greatest(1, 0.5 * count(*)) FROM hours)
), steps AS (
    SELECT event, hand, started, started - lag(started) OVER w AS pause,
           111.195 * sqrt((lat - lag(lat) OVER w) * (lat - lag(lat) OVER w)
               + (lon - lag(lon) OVER w) * cos(radians(lat)) * (lon - lag(lon) OVER w) * cos(radians(lat))) AS way,
           :speed_slack_km + blur + lag(blur) OVER w AS slack,
           coalesce(started - lag(started, :burst_events) OVER w <= :burst_minutes * 60000000, FALSE) AS dense,
           coalesce(started - lag(started, :day_events) OVER w <= 86400000000, FALSE) AS full_day
    FROM sound
    WINDOW w AS (PARTITION BY hand ORDER BY started, event)
), journeys AS (
    -- speed from the event before and to the next one; an event that fits neither is the wrong one of the three
    SELECT event, hand, started, pause, way, lead(pause) OVER w AS next_pause, lead(way) OVER w AS next_way,
           coalesce(way > slack + :speed_kmh * pause / 3600000000.0, FALSE) AS broken,
           coalesce(lead(way) OVER w > lead(slack) OVER w + :speed_kmh * lead(pause) OVER w / 3600000000.0, FALSE)
               AS next_broken,
           coalesce(lead(way, 3) OVER w > lead(slack, 3) OVER w + :speed_kmh * lead(pause, 3) OVER w / 3600000000.0
               AND lead(way, 2) OVER w > lead(slack, 2) OVER w + :speed_kmh * lead(pause, 2) OVER w / 3600000000.0,
               FALSE) AS then_broken,
           coalesce(pause > 0 AND abs(pause - lag(pause) OVER w) <= 2000000, FALSE) AS even,
           -- the event ends a burst, or stands within one that a later event ends
           coalesce(max(CASE WHEN dense THEN 1 ELSE 0 END) OVER
               (PARTITION BY hand ORDER BY started, event
                ROWS BETWEEN CURRENT ROW AND :burst_events FOLLOWING), 0) = 1 AS burst,
           coalesce(max(CASE WHEN full_day THEN 1 ELSE 0 END) OVER
               (PARTITION BY hand ORDER BY started, event
                ROWS BETWEEN CURRENT ROW AND :day_events FOLLOWING), 0) = 1 AS crowded_day
    FROM steps
    WINDOW w AS (PARTITION BY hand ORDER BY started, event)
), blamed AS (
    -- of two events that exclude each other the later is doubtful, unless the earlier one fits nothing; where three
    -- steps in a row are impossible, so is the event that they start from
    SELECT event, hand, (started + 19800000000) // 86400000000 AS day, broken, next_broken, burst, crowded_day,
           even OR coalesce(lead(even) OVER w OR lead(even, 2) OVER w, FALSE) AS even,
           CASE WHEN broken THEN pause ELSE next_pause END AS pause, CASE WHEN broken THEN way ELSE next_way END AS way,
           NOT broken AND next_broken AND then_broken AS starts_run,
           coalesce(lag(broken AND next_broken) OVER w, FALSE)
               AND NOT coalesce(lag(broken AND next_broken, 2) OVER w, FALSE) AS outlier_before
    FROM journeys
    WINDOW w AS (PARTITION BY hand ORDER BY started, event)
), paces AS (
    SELECT hand, (started + 19800000000) // 86400000000 AS day,
           sum(CASE WHEN even THEN 1 ELSE 0 END) >= :even_events - 2 AS even
    FROM journeys GROUP BY hand, (started + 19800000000) // 86400000000 HAVING count(*) >= :even_events
), machines AS (
    SELECT hand, day FROM paces
    WHERE even AND (SELECT sum(CASE WHEN even THEN 1 ELSE 0 END) <= 0.2 * count(*) FROM paces)
), device_steps AS (
    -- one phone at two places at once; only phones that several may use can show what the aspirants' own rows do not
    SELECT event, coalesce(
        111.195 * sqrt((lat - lag(lat) OVER w) * (lat - lag(lat) OVER w)
            + (lon - lag(lon) OVER w) * cos(radians(lat)) * (lon - lag(lon) OVER w) * cos(radians(lat)))
        > :speed_slack_km + blur + lag(blur) OVER w + :speed_kmh * (started - lag(started) OVER w) / 3600000000.0,
        FALSE) AS device_jump
    FROM sound
    WHERE device IN (SELECT device FROM users GROUP BY device HAVING count(*) > 1)
    WINDOW w AS (PARTITION BY device ORDER BY started, event)
), odd_moves AS (
    SELECT b.event, b.way, b.pause, b.burst, b.crowded_day, b.broken AND NOT b.outlier_before OR b.starts_run AS jump,
           b.broken AND b.next_broken AS lone_jump, b.even AND m.hand IS NOT NULL AS even_steps
    FROM blamed b LEFT JOIN machines m ON m.hand = b.hand AND m.day = b.day
    WHERE b.burst OR b.crowded_day OR b.broken OR b.starts_run OR b.even
), judged AS (
    SELECT c.*, coalesce(o.burst, FALSE) AS burst, coalesce(o.jump, FALSE) OR coalesce(d.device_jump, FALSE) AS jump,
           coalesce(o.lone_jump, FALSE) AS lone_jump, o.way, o.pause,
           coalesce(o.crowded_day, FALSE) AS crowded_day, h.aspirant IS NOT NULL AND NOT c.post AS office_hours,
           coalesce(o.even_steps, FALSE) AS even_steps,
           (no_place OR inaccurate) AND NOT c.post AS lacks_fix,
           unknown_aspirant OR elsewhere OR copy_of OR mock OR (ahead AND NOT clock_day) OR far OR zero_place
               OR coalesce(o.lone_jump, FALSE) AS against,
           no_time OR clock_day OR late OR bulk OR (h.aspirant IS NOT NULL AND NOT c.post) OR shared_device
               OR photo_again OR moved_copy OR same_fix OR one_spot OR night OR typed OR swapped OR round_place
               OR from_list OR other_booth OR by_chance OR coalesce(o.burst OR o.jump OR o.crowded_day OR o.even_steps, FALSE) OR coalesce(d.device_jump, FALSE)
               AS unclear
    FROM checked c
    LEFT JOIN odd_moves o ON o.event = c.event
    LEFT JOIN device_steps d ON d.event = c.event AND d.device_jump
    LEFT JOIN desks h ON h.aspirant = c.aspirant
), seconded AS (
    SELECT DISTINCT j.event
    FROM judged j JOIN judged s ON s.seat_id = j.seat_id AND s.booth_no = j.booth_no
    WHERE j.lacks_fix AND NOT j.against AND NOT j.unclear AND j.booth_no <> ''
      AND NOT (s.lacks_fix OR s.against OR s.unclear OR s.post)
      AND s.aspirant <> j.aspirant AND coalesce(s.device <> j.device, TRUE)
      AND abs(s.started - j.started) <= :second_minutes * 60000000
)
SELECT j.event, j.event_id, j.aspirant, w.aspirant_id, j.seat_id, j.booth_no, j.post, j.started, j.received, j.lat,
       j.lon, j.weak, j.met, j.accuracy_m, j.km, j.near_booth, j.near_booth_km, j.near_limit, j.load_events,
       j.spot_booths, j.device_people, j.way, j.pause, j.witness, s.event IS NOT NULL AS second_record,
       j.unknown_aspirant, j.elsewhere, j.copy_of, j.mock, j.ahead, j.far, j.zero_place, j.lone_jump, j.jump, j.no_time,
       j.clock_day, j.late, j.bulk, j.crowded_day, j.burst, j.office_hours, j.shared_device, j.photo_again,
       j.moved_copy, j.same_fix, j.one_spot, j.night, j.typed, j.even_steps, j.swapped, j.round_place, j.from_list, j.other_booth, j.by_chance, j.no_place, j.inaccurate,
       CASE WHEN j.against THEN 'refused'
            WHEN j.unclear OR (j.lacks_fix AND s.event IS NULL) THEN 'doubtful'
            ELSE 'verified' END AS verdict
FROM judged j
LEFT JOIN who w ON w.aspirant = j.aspirant
LEFT JOIN seconded s ON s.event = j.event
