! exp(-x**2 / 2) at 10,000 places, as a table of 100 rows: its sum and the largest sum of a column.
! The programs in C and C++ beside this one print the same digits, on every machine.
module lanewise
  use, intrinsic :: iso_c_binding
  implicit none
  integer(c_int), parameter :: lw_ok = 0, lw_multiply = 2, lw_sum = 27, lw_f64 = 12

  type, bind(c) :: lw_operand
    type(c_ptr) :: data
    integer(c_int64_t) :: stride_bytes
  end type

  type, bind(c) :: lw_view
    type(c_ptr) :: data
    integer(c_int32_t) :: ndim
    type(c_ptr) :: shape, stride_bytes
  end type

  interface
    integer(c_int) function lw_multiply_f64(n, x, y, out) bind(c)
      import
      integer(c_int64_t), value :: n
      real(c_double), intent(in) :: x(*), y(*)
      real(c_double) :: out(*)
    end function
    ! In place: the same array may be passed only as a pointer, which has no rule about aliases.
    integer(c_int) function lw_exp_f64(n, x, out) bind(c)
      import
      integer(c_int64_t), value :: n
      type(c_ptr), value :: x, out
    end function
    integer(c_int) function lw_sum_f64(n, x, result) bind(c)
      import
      integer(c_int64_t), value :: n
      real(c_double), intent(in) :: x(*)
      real(c_double), intent(out) :: result
    end function
    integer(c_int) function lw_call(kernel, dtypes, operands, n, options) bind(c)
      import
      integer(c_int), value :: kernel
      integer(c_int), intent(in) :: dtypes(*)
      type(lw_operand), intent(in) :: operands(*)
      integer(c_int64_t), value :: n
      type(c_ptr), value :: options
    end function
    integer(c_int) function lw_reduce(kernel, dtype, in, axis_mask, out, options) bind(c)
      import
      integer(c_int), value :: kernel, dtype
      type(lw_view), intent(in) :: in, out
      integer(c_int64_t), value :: axis_mask
      type(c_ptr), value :: options
    end function
    type(c_ptr) function lw_last_error() bind(c)
      import
    end function
    integer(c_size_t) function strlen(text) bind(c)
      import
      type(c_ptr), value :: text
    end function
  end interface

contains

  subroutine check(status)
    integer(c_int), intent(in) :: status
    character(kind=c_char), pointer :: text(:)
    type(c_ptr) :: message
    if (status == lw_ok) return
    message = lw_last_error()
    call c_f_pointer(message, text, [strlen(message)])
    print *, text
    error stop 1
  end subroutine
end module

program statistics
  use lanewise
  implicit none
  integer, parameter :: rows = 100, columns = 100
  integer(c_int64_t), parameter :: n = rows * columns
  ! Fortran's first index is the fastest, so that a row of the table is a column here.
  real(c_double), target :: x(columns, rows), y(columns, rows), sums(columns), half = -0.5d0
  real(c_double) :: total
  integer(c_int64_t), target :: shape(2), strides(2)
  type(lw_operand) :: operands(3)
  type(lw_view) :: table, result
  integer :: i, j

  do j = 1, rows
    do i = 1, columns
      x(i, j) = ((j - 1) * columns + i - 1 - n / 2) / 1000.0d0
    end do
  end do

  call check(lw_multiply_f64(n, x, x, y))
  operands(1) = lw_operand(c_loc(y), 8)
  operands(2) = lw_operand(c_loc(half), 0)   ! a stride of 0 repeats one number
  operands(3) = lw_operand(c_loc(y), 8)
  call check(lw_call(lw_multiply, [lw_f64, lw_f64, lw_f64], operands, n, c_null_ptr))
  call check(lw_exp_f64(n, c_loc(y), c_loc(y)))

  shape = [rows, columns]
  strides = [columns * 8, 8]                 ! in bytes, so a slice of an array needs no copy
  table = lw_view(c_loc(y), 2, c_loc(shape), c_loc(strides))
  result = lw_view(c_loc(sums), 1, c_loc(shape(2)), c_loc(strides(2)))
  call check(lw_reduce(lw_sum, lw_f64, table, 1_c_int64_t, result, c_null_ptr))
  call check(lw_sum_f64(n, y, total))
  print '(2es23.16)', total, maxval(sums)
end program
