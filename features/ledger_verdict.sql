-- The ledger of evidence, third part: what each check says of an event, journeys and bursts, and the verdict.
), clocks AS (
    -- every record of the day arrives a day after it, at the same distance: the clock, not the network. Copies of a
    -- record neither make nor hide that, here and with loads
    SELECT hand, (started + 19800000000) // 86400000000 AS day
    FROM placed WHERE started IS NOT NULL AND NOT post AND NOT copy_of AND NOT moved_copy
    GROUP BY hand, (started + 19800000000) // 86400000000
    HAVING count(*) >= 3 AND max(started) - min(started) >= 3600000000
       AND max(received - started) - min(received - started) <= 1800000000
       AND min(received - started) >= 79200000000 AND max(received - started) <= 93600000000
), loads AS (
    SELECT hand, received // 3600000000 AS hour, count(*) AS load_events
    FROM placed WHERE started IS NOT NULL AND NOT post AND NOT copy_of AND NOT moved_copy
    GROUP BY hand, received // 3600000000
    HAVING count(*) >= :bulk_events AND max(started) - min(started) >= :bulk_days * 86400000000
), checked AS MATERIALIZED (
    SELECT p.event, p.event_id, p.aspirant, p.hand, p.seat_id, p.booth_no, p.place, p.post, p.started, p.received, p.lat,
           p.lon, p.accuracy_m, p.device, p.weak, p.km, p.near_km AS near_limit, p.witness, p.unknown_aspirant,
           least(p.met, :most_met) AS met, n.near_booth, n.near_booth_km,
           o.load_events, k.spot_booths, v.people AS device_people,
           p.elsewhere,
           p.copy_of, p.rejected, p.questioned,
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
           p.moved_copy,
           p.borrowed AND NOT p.post AND (SELECT exact FROM usual) <= 0.5 AS same_fix,
           -- whose position was taken for other booths is not to blame for them, where it was at its own
           k.aspirant IS NOT NULL
               AND NOT (p.lender AND coalesce(p.km <= :spot_km + least(coalesce(p.accuracy_m, 0), 1000) / 1000, FALSE))
               AS one_spot,
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
                        ELSE coalesce(NOT p.inside, FALSE) END AS far,
           coalesce(q.astray AND NOT p.post AND CASE
                        WHEN p.km IS NULL THEN p.booth_no <> '' AND p.has_place AND z.event IS NULL
                        ELSE p.km <= p.near_km
                            AND p.km > (SELECT km FROM usual_way) + least(coalesce(p.accuracy_m, 0), 1000) / 1000 END,
                    FALSE) AS by_chance,
           NOT p.post AND n.event IS NOT NULL
               AND coalesce(p.km > p.near_km + least(coalesce(p.accuracy_m, 0), 1000) / 1000, FALSE) AS other_booth
    FROM placed p
    LEFT JOIN photos f ON f.photo = p.photo
    LEFT JOIN devices v ON v.device = p.device
    LEFT JOIN odd_manners q ON q.hand = p.hand
    LEFT JOIN clocks y ON y.hand = p.hand AND y.day = (p.started + 19800000000) // 86400000000
    LEFT JOIN loads o ON o.hand = p.hand AND o.hour = p.received // 3600000000
    LEFT JOIN nearest n ON n.event = p.event
    LEFT JOIN vouched z ON z.event = p.event
    LEFT JOIN desk_spots k ON k.aspirant = p.aspirant AND k.y = floor(p.lat * 1000) AND k.x = floor(p.lon * 1000)
), sound AS (
    -- journeys and bursts are looked for among events that nothing else speaks against: a false event must not
    -- make an honest one impossible
    SELECT event, aspirant, hand, device, lat, lon, started, least(coalesce(accuracy_m, 0), 1000) / 1000 AS blur
    FROM checked
    WHERE NOT (post OR rejected OR questioned OR unknown_aspirant OR elsewhere OR copy_of OR mock OR no_time OR ahead
               OR clock_day OR late OR bulk OR shared_device OR photo_again OR moved_copy OR same_fix OR one_spot OR typed
               OR no_place OR zero_place OR swapped OR round_place OR from_list OR far OR other_booth OR by_chance)
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
), steps AS MATERIALIZED (
    SELECT event, hand, started, pause, way, dense, full_day,
           coalesce(way > slack + :speed_kmh * pause / 3600000000.0, FALSE) AS broken,
           coalesce(pause > 0 AND abs(pause - last_pause) <= 2000000, FALSE) AS even
    FROM (
        SELECT event, hand, started, started - lag(started) OVER w AS pause,
               lag(started) OVER w - lag(started, 2) OVER w AS last_pause,
               111.195 * sqrt((lat - lag(lat) OVER w) * (lat - lag(lat) OVER w)
                   + (lon - lag(lon) OVER w) * cos(radians(lat)) * (lon - lag(lon) OVER w) * cos(radians(lat))) AS way,
               :speed_slack_km + blur + lag(blur) OVER w AS slack,
               coalesce(started - lag(started, :burst_events) OVER w <= :burst_minutes * 60000000, FALSE) AS dense,
               coalesce(started - lag(started, :day_events) OVER w <= 86400000000, FALSE) AS full_day
        FROM sound
        WINDOW w AS (PARTITION BY hand ORDER BY started, event)) s
), paces AS (
    SELECT hand, (started + 19800000000) // 86400000000 AS day,
           sum(CASE WHEN even THEN 1 ELSE 0 END) >= :even_events - 2 AS even
    FROM steps GROUP BY hand, (started + 19800000000) // 86400000000 HAVING count(*) >= :even_events
), machines AS (
    SELECT hand, day FROM paces
    WHERE even AND (SELECT sum(CASE WHEN even THEN 1 ELSE 0 END) <= 0.2 * count(*) FROM paces)
), moving AS (
    -- only these phones' events are put in order once more
    SELECT DISTINCT hand FROM (
        SELECT hand FROM steps WHERE broken OR dense OR full_day UNION ALL SELECT hand FROM machines) odd
), blamed AS (
    -- speed from the event before and to the next one: one that fits neither is the wrong one of the three. Of two
    -- events that exclude each other the later is doubtful, unless the earlier one fits nothing; where three steps in a
    -- row are impossible, so is the event that they start from
    SELECT s.event, s.hand, (s.started + 19800000000) // 86400000000 AS day, s.broken,
           coalesce(lead(s.broken) OVER w, FALSE) AS next_broken,
           CASE WHEN s.broken THEN s.pause ELSE lead(s.pause) OVER w END AS pause,
           CASE WHEN s.broken THEN s.way ELSE lead(s.way) OVER w END AS way,
           NOT s.broken AND coalesce(lead(s.broken) OVER w AND lead(s.broken, 2) OVER w AND lead(s.broken, 3) OVER w, FALSE)
               AS starts_run,
           s.broken AND coalesce(lag(s.broken) OVER w, FALSE) AND NOT coalesce(lag(s.broken, 2) OVER w, FALSE)
               AS outlier_before,
           s.even OR coalesce(lead(s.even) OVER w OR lead(s.even, 2) OVER w, FALSE) AS even,
           -- the event ends a burst, or stands within one that a later event ends
           coalesce(max(CASE WHEN s.dense THEN 1 ELSE 0 END) OVER
               (PARTITION BY s.hand ORDER BY s.started, s.event
                ROWS BETWEEN CURRENT ROW AND :burst_events FOLLOWING), 0) = 1 AS burst,
           coalesce(max(CASE WHEN s.full_day THEN 1 ELSE 0 END) OVER
               (PARTITION BY s.hand ORDER BY s.started, s.event
                ROWS BETWEEN CURRENT ROW AND :day_events FOLLOWING), 0) = 1 AS crowded_day
    FROM steps s JOIN moving m ON m.hand = s.hand
    WINDOW w AS (PARTITION BY s.hand ORDER BY s.started, s.event)
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
    WHERE b.burst OR b.crowded_day OR b.broken OR b.starts_run OR m.hand IS NOT NULL
), judged AS (
    SELECT c.*, coalesce(o.burst, FALSE) AS burst, coalesce(o.jump, FALSE) OR coalesce(d.device_jump, FALSE) AS jump,
           coalesce(o.lone_jump, FALSE) AS lone_jump, o.way, o.pause,
           coalesce(o.crowded_day, FALSE) AS crowded_day, h.aspirant IS NOT NULL AND NOT c.post AS office_hours,
           coalesce(o.even_steps, FALSE) AS even_steps,
           (no_place OR inaccurate) AND NOT c.post AS lacks_fix,
           rejected OR unknown_aspirant OR elsewhere OR copy_of OR mock OR (ahead AND NOT clock_day) OR far OR zero_place
               OR coalesce(o.lone_jump, FALSE) AS against,
           questioned OR no_time OR clock_day OR late OR bulk OR (h.aspirant IS NOT NULL AND NOT c.post) OR shared_device
               OR photo_again OR moved_copy OR same_fix OR one_spot OR night OR typed OR swapped OR round_place
               OR from_list OR other_booth OR by_chance
               OR coalesce(o.burst OR o.jump OR o.crowded_day OR o.even_steps, FALSE) OR coalesce(d.device_jump, FALSE)
               AS unclear
    FROM checked c
    LEFT JOIN odd_moves o ON o.event = c.event
    LEFT JOIN device_steps d ON d.event = c.event AND d.device_jump
    LEFT JOIN desks h ON h.aspirant = c.aspirant
), seconded AS MATERIALIZED (
    SELECT DISTINCT j.event
    FROM judged j JOIN judged s ON s.place = j.place
    WHERE j.lacks_fix AND NOT j.against AND NOT j.unclear AND j.booth_no <> ''
      AND NOT (s.lacks_fix OR s.against OR s.unclear OR s.post)
      AND s.aspirant <> j.aspirant AND coalesce(s.device <> j.device, TRUE)
      AND abs(s.started - j.started) <= :second_minutes * 60000000
)
SELECT j.event, j.event_id, j.aspirant, w.aspirant_id, j.seat_id, j.booth_no, j.place, j.post, j.started, j.received, j.lat,
       j.lon, j.weak, j.met, j.accuracy_m, j.km, j.near_booth, j.near_booth_km, j.near_limit, j.load_events,
       j.spot_booths, j.device_people, j.way, j.pause, j.witness, s.event IS NOT NULL AS second_record,
       j.rejected, j.questioned, j.unknown_aspirant, j.elsewhere, j.copy_of, j.mock, j.ahead, j.far, j.zero_place,
       j.lone_jump, j.jump, j.no_time,
       j.clock_day, j.late, j.bulk, j.crowded_day, j.burst, j.office_hours, j.shared_device, j.photo_again,
       j.moved_copy, j.same_fix, j.one_spot, j.night, j.typed, j.even_steps, j.swapped, j.round_place, j.from_list,
       j.other_booth, j.by_chance, j.no_place, j.inaccurate,
       CASE WHEN j.against THEN 'refused'
            WHEN j.unclear OR (j.lacks_fix AND s.event IS NULL) THEN 'doubtful'
            ELSE 'verified' END AS verdict
FROM judged j
LEFT JOIN who w ON w.aspirant = j.aspirant
LEFT JOIN seconded s ON s.event = j.event
