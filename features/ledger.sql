-- The ledger of evidence: one row per event of the election's aspirants, what every check saw, and the verdict.
--
-- Registered beside the canonical tables: parameters(election_id, as_of_end) and booth_list(election_id, seat_id,
-- booth_no, lat, lon, block, weak), one list per seat. A name after a colon is a threshold of `khaka.data.presence_settings`, put in
-- by `khaka.features.ledger.ledger_sql`. Times are whole microseconds of UTC from the first step on.
-- LEAST and GREATEST skip NULL, and a window's first row has no predecessor: each comparison that may meet a NULL is
-- wrapped in coalesce, so the first event of an aspirant or of a device is never an impossible journey.
-- hash() must give 64 bits: 32 would make copies of strangers.
WITH own AS (
    SELECT aspirant_id, min(seat_id) AS seat_id, min(coalesce(person_id, aspirant_id)) AS person_id
    FROM aspirants WHERE election_id = (SELECT election_id FROM parameters) GROUP BY aspirant_id
), who AS (
    SELECT aspirant_id, seat_id, row_number() OVER (ORDER BY aspirant_id) AS aspirant,
           dense_rank() OVER (ORDER BY person_id) AS person
    FROM own
), anyone AS (
    SELECT DISTINCT aspirant_id, TRUE AS listed FROM aspirants
), ranges AS (
    SELECT seat_id, count(*) AS booths, min(lat) - 0.02 AS south, max(lat) + 0.02 AS north,
           min(lon) - 0.02 AS west, max(lon) + 0.02 AS east
    FROM booth_list GROUP BY seat_id
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
           CASE WHEN a.photo_hash IS NOT NULL THEN hash(a.photo_hash) END AS photo,
           coalesce(a.attendance, 0) AS met,
           a.witness_id IS NOT NULL AND coalesce(a.witness_id <> a.aspirant_id, TRUE) AS witness,
           -- the same content twice is one event, whoever sends it; where nothing tells two records apart but the
           -- sender, it must be the same sender
           hash(coalesce(w.seat_id, a.seat_id), coalesce(a.booth_no, ''), coalesce(a.kind, ''), a.started_at, a.lat,
                a.lon, a.attendance, coalesce(a.photo_hash, ''),
                CASE WHEN a.lat IS NULL AND a.photo_hash IS NULL THEN a.aspirant_id END) AS content
    FROM activity a
    LEFT JOIN who w ON w.aspirant_id = a.aspirant_id
    LEFT JOIN anyone k ON k.aspirant_id = a.aspirant_id
    WHERE w.aspirant IS NOT NULL
       OR (k.listed IS NULL AND (a.seat_id IS NULL OR a.seat_id IN (SELECT seat_id FROM who)))
), repeated AS (
    SELECT content, min(event) AS first_event FROM raw GROUP BY content HAVING count(*) > 1
), photos AS (
    SELECT photo, min(event) AS first_event FROM raw WHERE photo IS NOT NULL GROUP BY photo HAVING count(*) > 1
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
    SELECT aspirant, (started + 19800000000) // 86400000000 AS day
    FROM raw WHERE started IS NOT NULL AND NOT post AND content NOT IN (SELECT content FROM repeated)
    GROUP BY aspirant, (started + 19800000000) // 86400000000
    HAVING count(*) >= 3 AND max(started) - min(started) >= 3600000000
       AND max(received - started) - min(received - started) <= 1800000000
       AND min(received - started) >= 79200000000 AND max(received - started) <= 93600000000
), loads AS (
    SELECT aspirant, received // 3600000000 AS hour, count(*) AS load_events
    FROM raw WHERE started IS NOT NULL AND NOT post AND content NOT IN (SELECT content FROM repeated)
    GROUP BY aspirant, received // 3600000000
    HAVING count(*) >= :bulk_events AND max(started) - min(started) >= :bulk_days * 86400000000
), twins AS (
    -- candidates for a copy that was moved a little: the same booth, kind and people met again
    SELECT aspirant, booth_no, kind, met FROM raw
    WHERE met > 0 AND lat IS NOT NULL AND lon IS NOT NULL AND NOT post AND aspirant IS NOT NULL
    GROUP BY aspirant, booth_no, kind, met HAVING count(*) > 1
), stepped AS (
    SELECT r.event, r.aspirant, r.booth_no, r.kind, r.met, r.lat,
           CASE WHEN coalesce(r.lat - lag(r.lat) OVER w <= :copy_m / 111195.0
                          AND abs(r.lon - lag(r.lon) OVER w) <= :copy_m / 100000.0, FALSE)
                THEN 0 ELSE 1 END AS step
    FROM raw r JOIN twins t ON t.aspirant = r.aspirant AND t.booth_no = r.booth_no AND t.kind = r.kind AND t.met = r.met
    WHERE r.lat IS NOT NULL AND r.lon IS NOT NULL
    WINDOW w AS (PARTITION BY r.aspirant, r.booth_no, r.kind, r.met ORDER BY r.lat, r.lon, r.event)
), clustered AS (
    SELECT event, aspirant, booth_no, kind, met,
           sum(step) OVER (PARTITION BY aspirant, booth_no, kind, met ORDER BY lat, event
                           ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS cluster
    FROM stepped
), moved AS (
    SELECT event FROM (
        SELECT event, row_number() OVER (PARTITION BY aspirant, booth_no, kind, met, cluster ORDER BY event) AS place
        FROM clustered) numbered
    WHERE place > 1
), located AS (
    -- where nobody's record carries a place (a paper register), place cannot be asked for
    SELECT count(lat) > 0 AS places FROM raw
), personal AS (
    -- a booth without coordinates is where most of those who say they were there stood, one voice an aspirant
    SELECT r.seat_id, r.booth_no, r.aspirant, median(r.lat) AS lat, median(r.lon) AS lon
    FROM raw r JOIN booth_list b ON b.seat_id = r.seat_id AND b.booth_no = r.booth_no
    WHERE (b.lat IS NULL OR b.lon IS NULL) AND r.lat IS NOT NULL AND r.lon IS NOT NULL AND r.aspirant IS NOT NULL
      AND NOT r.post AND NOT r.mock
    GROUP BY r.seat_id, r.booth_no, r.aspirant
), learned AS (
    SELECT seat_id, booth_no, median(lat) AS lat, median(lon) AS lon FROM personal
    GROUP BY seat_id, booth_no HAVING count(*) >= 3
), known_booths AS (
    SELECT b.seat_id, b.booth_no, b.weak, b.lat AS list_lat, b.lon AS list_lon,
           CASE WHEN b.lat IS NOT NULL AND b.lon IS NOT NULL THEN b.lat ELSE g.lat END AS lat,
           CASE WHEN b.lat IS NOT NULL AND b.lon IS NOT NULL THEN b.lon ELSE g.lon END AS lon
    FROM booth_list b LEFT JOIN learned g ON g.seat_id = b.seat_id AND g.booth_no = b.booth_no
), placed AS MATERIALIZED (
    SELECT s.*, b.weak, b.list_lat AS booth_lat, b.list_lon AS booth_lon, r.south, r.north, r.west, r.east,
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
    WHERE p.has_place AND NOT p.zero_place AND NOT p.swapped AND coalesce(p.km > :near_km, p.booth_no <> '')
), around AS (
    -- each booth in its own cell and the eight around it: cells are a little wider than far_km
    SELECT b.seat_id, b.booth_no, b.lat, b.lon, floor(b.lat * 80 / :far_km) + i.step AS y,
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
                              + (a.lon - c.lon) * cos(radians(c.lat)) * (a.lon - c.lon) * cos(radians(c.lat))) AS km
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
), checked AS MATERIALIZED (
    SELECT p.event, p.event_id, p.aspirant, p.seat_id, p.booth_no, p.post, p.started, p.received, p.lat, p.lon,
           p.accuracy_m, p.device, p.weak, p.km, p.witness, p.unknown_aspirant,
           least(p.met, :most_met) AS met, n.near_booth, n.near_booth_km,
           o.load_events, k.spot_booths, v.people AS device_people,
           p.other_seat OR p.unknown_booth AS elsewhere,
           coalesce(p.event > c.first_event, FALSE) AS copy_of,
           p.mock AND NOT p.post AS mock,
           p.started IS NULL AS no_time,
           coalesce(p.started > p.received + :ahead_minutes * 60000000, FALSE) AS ahead,
           y.aspirant IS NOT NULL
               OR coalesce(p.started - p.received BETWEEN 79200000000 AND 93600000000, FALSE) AS clock_day,
           coalesce(p.received > p.started + :late_days * 86400000000, FALSE) AND NOT p.post AS late,
           o.aspirant IS NOT NULL AND NOT p.post AS bulk,
           v.device IS NOT NULL AND NOT p.post
               AND NOT (coalesce(p.person = v.owner, FALSE) AND v.most >= :device_owner_share * v.events)
               AS shared_device,
           coalesce(p.event > f.first_event, FALSE) AS photo_again,
           m.event IS NOT NULL AS moved_copy,
           k.aspirant IS NOT NULL AS one_spot,
           NOT p.post AND NOT p.has_place AND (SELECT places FROM located) AS no_place,
           NOT p.post AND p.zero_place AS zero_place,
           NOT p.post AND p.swapped AS swapped,
           NOT p.post AND coalesce(p.accuracy_m > :most_accuracy_m, FALSE) AS inaccurate,
           -- a receiver gives five decimals or more; both ends in whole hundredths of a degree were typed in
           NOT p.post AND coalesce(abs(p.lat * 100 - round(p.lat * 100)) + abs(p.lon * 100 - round(p.lon * 100)) < 1e-6
                                   AND NOT p.zero_place, FALSE) AS round_place,
           -- and no receiver hits the list's own coordinates to a decimetre
           NOT p.post AND coalesce(abs(p.lat - p.booth_lat) < 0.0000015 AND abs(p.lon - p.booth_lon) < 0.0000015
                                   AND NOT p.zero_place, FALSE) AS from_list,
           NOT p.post AND p.has_place AND NOT p.zero_place AND NOT p.swapped AND n.event IS NULL
               AND CASE WHEN p.km IS NOT NULL
                        THEN p.km > :near_km + least(coalesce(p.accuracy_m, 0), 1000) / 1000
                        WHEN p.south IS NOT NULL AND p.west IS NOT NULL
                        THEN NOT (p.lat BETWEEN p.south AND p.north AND p.lon BETWEEN p.west AND p.east)
                        ELSE FALSE END AS far,
           NOT p.post AND n.event IS NOT NULL
               AND coalesce(p.km > :near_km + least(coalesce(p.accuracy_m, 0), 1000) / 1000, FALSE) AS other_booth
    FROM placed p
    LEFT JOIN repeated c ON c.content = p.content
    LEFT JOIN photos f ON f.photo = p.photo
    LEFT JOIN devices v ON v.device = p.device
    LEFT JOIN clocks y ON y.aspirant = p.aspirant AND y.day = (p.started + 19800000000) // 86400000000
    LEFT JOIN loads o ON o.aspirant = p.aspirant AND o.hour = p.received // 3600000000
    LEFT JOIN moved m ON m.event = p.event
    LEFT JOIN nearest n ON n.event = p.event
    LEFT JOIN desk_spots k ON k.aspirant = p.aspirant AND k.y = floor(p.lat * 1000) AND k.x = floor(p.lon * 1000)
), sound AS (
    -- journeys and bursts are looked for among events that nothing else speaks against: a false event must not
    -- make an honest one impossible
    SELECT event, aspirant, device, lat, lon, started
    FROM checked
    WHERE NOT (post OR unknown_aspirant OR elsewhere OR copy_of OR mock OR no_time OR ahead OR clock_day OR late OR bulk
               OR shared_device OR photo_again OR moved_copy OR one_spot OR no_place OR zero_place
               OR swapped OR round_place OR from_list OR far OR other_booth)
), crowded AS (
    SELECT aspirant, (started + 19800000000) // 86400000000 AS day, count(*) AS day_events
    FROM sound GROUP BY aspirant, (started + 19800000000) // 86400000000
    HAVING count(*) > :day_events
), desks AS (
    -- 1 January 1970 was a Thursday: whole days modulo 7 are 2 on a Saturday and 3 on a Sunday
    SELECT aspirant
    FROM sound
    GROUP BY aspirant
    HAVING count(*) >= :office_events
       AND avg(CASE WHEN ((started + 19800000000) // 86400000000) % 7 NOT IN (2, 3)
                     AND ((started + 19800000000) // 3600000000) % 24 BETWEEN 10 AND 16 THEN 1.0 ELSE 0.0 END)
           >= :office_share
), steps AS (
    SELECT event, aspirant, device, started, started - lag(started) OVER w AS pause,
           111.195 * sqrt((lat - lag(lat) OVER w) * (lat - lag(lat) OVER w)
               + (lon - lag(lon) OVER w) * cos(radians(lat)) * (lon - lag(lon) OVER w) * cos(radians(lat))) AS way,
           coalesce(started - lag(started, :burst_events) OVER w <= :burst_minutes * 60000000, FALSE) AS dense
    FROM sound
    WINDOW w AS (PARTITION BY aspirant ORDER BY started, event)
), journeys AS (
    -- speed from the event before and to the next one; an event that fits neither is the wrong one of the three
    SELECT event, aspirant, started, pause, way,
           coalesce(way > :speed_slack_km + :speed_kmh * pause / 3600000000.0, FALSE) AS broken,
           coalesce(lead(way) OVER w > :speed_slack_km + :speed_kmh * lead(pause) OVER w / 3600000000.0, FALSE)
               AS next_broken,
           -- the event ends a burst, or stands within one that a later event ends
           coalesce(max(CASE WHEN dense THEN 1 ELSE 0 END) OVER
               (PARTITION BY aspirant ORDER BY started, event
                ROWS BETWEEN CURRENT ROW AND :burst_events FOLLOWING), 0) = 1 AS burst
    FROM steps
    WINDOW w AS (PARTITION BY aspirant ORDER BY started, event)
), blamed AS (
    -- of two events that exclude each other the later is doubtful, unless the earlier one fits nothing
    SELECT event, pause, way, broken, next_broken, burst,
           coalesce(lag(broken AND next_broken) OVER w, FALSE)
               AND NOT coalesce(lag(broken AND next_broken, 2) OVER w, FALSE) AS outlier_before
    FROM journeys
    WINDOW w AS (PARTITION BY aspirant ORDER BY started, event)
), device_steps AS (
    -- one phone at two places at once; only phones that several may use can show what the aspirants' own rows do not
    SELECT event, coalesce(
        111.195 * sqrt((lat - lag(lat) OVER w) * (lat - lag(lat) OVER w)
            + (lon - lag(lon) OVER w) * cos(radians(lat)) * (lon - lag(lon) OVER w) * cos(radians(lat)))
        > :speed_slack_km + :speed_kmh * (started - lag(started) OVER w) / 3600000000.0, FALSE) AS device_jump
    FROM sound
    WHERE device IN (SELECT device FROM users GROUP BY device HAVING count(*) > 1)
    WINDOW w AS (PARTITION BY device ORDER BY started, event)
), odd_moves AS (
    SELECT event, way, pause, burst, broken AND NOT outlier_before AS jump, broken AND next_broken AS lone_jump
    FROM blamed WHERE burst OR broken
), judged AS (
    SELECT c.*, coalesce(o.burst, FALSE) AS burst, coalesce(o.jump, FALSE) OR coalesce(d.device_jump, FALSE) AS jump,
           coalesce(o.lone_jump, FALSE) AS lone_jump, o.way, o.pause, y.day_events,
           y.aspirant IS NOT NULL AND NOT c.post AS crowded_day, h.aspirant IS NOT NULL AND NOT c.post AS office_hours,
           (no_place OR inaccurate) AND NOT c.post AS lacks_fix,
           unknown_aspirant OR elsewhere OR copy_of OR mock OR (ahead AND NOT clock_day) OR far OR zero_place
               OR coalesce(o.lone_jump, FALSE) AS against,
           no_time OR clock_day OR late OR bulk OR (y.aspirant IS NOT NULL AND NOT c.post) OR (h.aspirant IS NOT NULL AND NOT c.post) OR shared_device OR photo_again
               OR moved_copy OR one_spot OR swapped OR round_place OR from_list OR other_booth
               OR coalesce(o.burst OR o.jump, FALSE) OR coalesce(d.device_jump, FALSE) AS unclear
    FROM checked c
    LEFT JOIN odd_moves o ON o.event = c.event
    LEFT JOIN device_steps d ON d.event = c.event AND d.device_jump
    LEFT JOIN crowded y ON y.aspirant = c.aspirant AND y.day = (c.started + 19800000000) // 86400000000
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
       j.lon, j.weak, j.met, j.accuracy_m, j.km, j.near_booth, j.near_booth_km, j.day_events, j.load_events,
       j.spot_booths, j.device_people, j.way, j.pause, j.witness, s.event IS NOT NULL AS second_record,
       j.unknown_aspirant, j.elsewhere, j.copy_of, j.mock, j.ahead, j.far, j.zero_place, j.lone_jump, j.jump, j.no_time,
       j.clock_day, j.late, j.bulk, j.crowded_day, j.burst, j.office_hours, j.shared_device, j.photo_again,
       j.moved_copy, j.one_spot, j.swapped, j.round_place, j.from_list, j.other_booth, j.no_place, j.inaccurate,
       CASE WHEN j.against THEN 'refused'
            WHEN j.unclear OR (j.lacks_fix AND s.event IS NULL) THEN 'doubtful'
            ELSE 'verified' END AS verdict
FROM judged j
LEFT JOIN who w ON w.aspirant = j.aspirant
LEFT JOIN seconded s ON s.event = j.event
