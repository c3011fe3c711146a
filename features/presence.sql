-- Presence in the field, one row per aspirant of the election, from the ledger's verified events only.
--
-- Registered beside the canonical tables: parameters(election_id, as_of_end) and booth_list(election_id, seat_id,
-- booth_no, lat, lon, block, weak), one list per seat: the election's own, else the last one known. The ledger's own query
-- (`ledger_*.sql`) is put in where the comment stands; a name after a colon is a threshold. CTEs that are read more than once are
-- materialised: a quarter less work.
-- Loudness brings nothing: a booth counts once, its weeks up to four, people met once a booth and up to a cap.
WITH ledger AS MATERIALIZED (
    -- at a booth that is named: an event that names none cannot be held against a place, and adds nothing
    SELECT aspirant, place, started, weak, met,
           verdict = 'verified' AND NOT post AND booth_no <> '' AS good,
           NOT (copy_of OR moved_copy OR post OR unknown_aspirant) AND booth_no <> '' AS claimed
    FROM (
    /* ledger */
    ) events
), who AS (
    SELECT aspirant_id, row_number() OVER (ORDER BY aspirant_id) AS aspirant, min(seat_id) AS seat_id
    FROM aspirants WHERE election_id = (SELECT election_id FROM parameters) GROUP BY aspirant_id
), clock AS (
    SELECT epoch_us(as_of_end) AS now FROM parameters
), bands AS (
    SELECT seat_id, booth_no, lat, lon,
           ntile(3) OVER (PARTITION BY seat_id ORDER BY lat, booth_no) AS band
    FROM booth_list WHERE lat IS NOT NULL AND lon IS NOT NULL
), parts AS (
    -- the seat in nine parts of as many booths: three from south to north, each three from west to east
    SELECT seat_id, booth_no, hash(seat_id, booth_no) AS place, lat, lon,
           band * 3 + ntile(3) OVER (PARTITION BY seat_id, band ORDER BY lon, booth_no) AS part
    FROM bands
), seats AS (
    SELECT b.seat_id, count(*) AS booths, sum(CASE WHEN b.weak THEN 1 ELSE 0 END) AS weak_booths,
           count(DISTINCT p.part) AS parts, max(p.lat) - min(p.lat) AS high,
           (max(p.lon) - min(p.lon)) * cos(radians(avg(p.lat))) AS wide
    FROM booth_list b LEFT JOIN parts p ON p.seat_id = b.seat_id AND p.booth_no = b.booth_no
    GROUP BY b.seat_id
), at_weeks AS (
    SELECT aspirant, place, started // 604800000000 AS week, min(CASE WHEN weak THEN 1 ELSE 0 END) AS weak,
           max(met) AS met, max(started) AS last
    FROM ledger WHERE good
    GROUP BY aspirant, place, started // 604800000000
), at_booth AS (
    -- one line per aspirant and booth: a second visit adds no booth, people met count once, at their largest
    SELECT aspirant, place, min(weak) AS weak, max(met) AS met, count(week) AS weeks,
           pow(0.5, greatest((SELECT now FROM clock) - max(last), 0) / 86400000000.0 / :half_life_days) AS freshness
    FROM at_weeks GROUP BY aspirant, place
), spread AS (
    SELECT a.aspirant,
           count(*) AS reached, sum(a.weak) AS weak_reached, sum(a.freshness) AS freshness,
           -- inverse Simpson index of weeks per booth, capped at 4
           pow(sum(least(a.weeks, 4)), 2) / sum(pow(least(a.weeks, 4), 2)) AS effective,
           count(DISTINCT p.part) AS parts, max(p.lat) - min(p.lat) AS high,
           (max(p.lon) - min(p.lon)) * cos(radians(avg(p.lat))) AS wide
    FROM at_booth a LEFT JOIN parts p ON p.place = a.place
    GROUP BY a.aspirant
), people AS (
    SELECT aspirant, sum(met) AS met FROM at_booth GROUP BY aspirant
), rhythm AS (
    SELECT aspirant, count(week) AS weeks
    FROM (
        SELECT aspirant, ((SELECT now FROM clock) - started) // 604800000000 AS week
        FROM ledger
        WHERE good AND (SELECT now FROM clock) - started >= 0 AND (SELECT now FROM clock) - started < 26 * 604800000000
        GROUP BY aspirant, ((SELECT now FROM clock) - started) // 604800000000) active
    GROUP BY aspirant
), claimed AS (
    -- the unit of the verified share is a claimed booth and day, so repetition does not move it
    SELECT aspirant, count(*) AS claims, sum(good) AS good
    FROM (
        SELECT aspirant, place, started // 86400000000 AS day,
               max(CASE WHEN good THEN 1 ELSE 0 END) AS good
        FROM ledger WHERE claimed
        GROUP BY aspirant, place, started // 86400000000) days
    GROUP BY aspirant
)
SELECT w.aspirant_id, w.seat_id,
       coalesce(s.reached, 0) / (r.booths * 1.0) AS presence_booths,
       CASE WHEN r.weak_booths > 0 THEN coalesce(s.weak_reached, 0) / (r.weak_booths * 1.0) END AS presence_weak_booths,
       coalesce(s.effective, 0) / r.booths AS presence_breadth,
       coalesce(s.freshness, 0) / r.booths AS presence_recency,
       coalesce(y.weeks, 0) / 26.0 AS presence_regularity,
       ln(1 + coalesce(m.met, 0)) AS presence_people_met,
       CASE WHEN r.high * r.high + r.wide * r.wide > 0
            THEN least(1.0, sqrt((coalesce(s.high * s.high + s.wide * s.wide, 0)) / (r.high * r.high + r.wide * r.wide)))
       END AS presence_reach,
       CASE WHEN r.parts > 0 THEN coalesce(s.parts, 0) / (r.parts * 1.0) END AS presence_parts,
       c.good / (c.claims * 1.0) AS verified_share
FROM who w
LEFT JOIN seats r ON r.seat_id = w.seat_id
LEFT JOIN spread s ON s.aspirant = w.aspirant
LEFT JOIN people m ON m.aspirant = w.aspirant
LEFT JOIN rhythm y ON y.aspirant = w.aspirant
LEFT JOIN claimed c ON c.aspirant = w.aspirant
WHERE EXISTS (SELECT 1 FROM ledger)
ORDER BY w.aspirant_id
